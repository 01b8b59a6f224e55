"""Loading for a round: few statements, parsed without loss; and its bulk insert."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from tests.support.engine_world import insert_varied_world
from tests.support.matching_data import TODAY
from volunteer_hub.core import db as core
from volunteer_hub.core.db import bulk_insert, db
from volunteer_hub.matching.engine import loading
from volunteer_hub.matching.engine.loading import load_requests, load_volunteers
from volunteer_hub.matching.queries.bulk_rows import TextTable
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds.models import MatchingRound, UnfilledRequest
from volunteer_hub.rounds.service import lifecycle


def test_a_text_split_into_batches_keeps_every_value_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK_CHARS", 7)
    values = [f"word.{n % 11}|level" for n in range(200)]
    column = loading.read_tables([TextTable("skills", ",".join(map(str, range(200))), ",".join(values))])["skills"]
    assert column.owner_ids.tolist() == list(range(200))
    assert [column.distinct_values[number] for number in column.code] == values
    assert len(column.distinct_values) == 11


def test_an_empty_table_has_no_rows() -> None:
    column = loading.read_tables([TextTable("skills", None, None)])["skills"]
    assert len(column.owner_ids) == len(column.code) == len(column.distinct_values) == 0
    assert list(column.iter_rows(np.empty(0, np.int32))) == []


@pytest.mark.parametrize("volunteers", [40, 90])
def test_volunteers_take_one_statement_and_requests_another(app: Any, volunteers: int) -> None:
    programme_id = insert_varied_world(volunteers)
    load_volunteers(today=TODAY)  # fills the vocabulary cache
    statements: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert len(load_volunteers(today=TODAY)) > 0
    assert len(statements) == 1
    assert load_requests(programme_id, today=TODAY)[0]
    assert len(statements) == 2


def test_bulk_insert_writes_all_batches(app: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "INSERT_BATCH_ROWS", 4)
    programme_id = insert_varied_world()
    round_: MatchingRound = lifecycle.request_round(db.session.get_one(Programme, programme_id), actor=None, now=now)
    request_ids = db.session.scalars(sa.select(PartnerRequest.id).order_by(PartnerRequest.id)).all()
    names = ("round_id", "request_id", "seats", "candidates", "nearest_volunteer_id", "failed_gates")
    bulk_insert("unfilled_request", names, ((round_.id, row, 2, 0, None, "[]") for row in request_ids))
    stored = db.session.scalars(sa.select(UnfilledRequest).order_by(UnfilledRequest.request_id)).all()
    assert [row.request_id for row in stored] == list(request_ids)
    assert {(row.seats, row.nearest_volunteer_id, row.failed_gates) for row in stored} == {(2, None, "[]")}
