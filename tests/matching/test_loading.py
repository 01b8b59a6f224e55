"""What a round reads, it reads in few statements and takes apart without loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from benchmarks.matching_data import TODAY
from tests.matching.engine_world import odd_world
from volunteer_hub.core import db as core
from volunteer_hub.core.db import bulk_insert, db
from volunteer_hub.matching.engine import loading
from volunteer_hub.matching.engine.loading import load_requests, load_volunteers
from volunteer_hub.matching.queries.bulk_rows import TextTable
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds.models import MatchingRound, UnfilledRequest
from volunteer_hub.rounds.service import lifecycle


def test_a_text_in_many_parts_gives_every_word_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK_CHARS", 7)
    words = [f"word.{n % 11}|level" for n in range(200)]
    found = loading.read_tables([TextTable("skills", ",".join(map(str, range(200))), ",".join(words))])["skills"]
    assert found.owner_ids.tolist() == list(range(200))
    assert [found.distinct_values[number] for number in found.code] == words
    assert len(found.distinct_values) == 11


def test_an_empty_table_has_no_rows() -> None:
    found = loading.read_tables([TextTable("skills", None, None)])["skills"]
    assert len(found.owner_ids) == len(found.code) == len(found.distinct_values) == 0
    assert list(found.iter_rows(np.empty(0, np.int32))) == []


@pytest.mark.parametrize("volunteers", [40, 90])
def test_all_people_are_one_statement_and_all_requests_another(app: Any, volunteers: int) -> None:
    programme_id = odd_world(volunteers)
    load_volunteers(today=TODAY)  # the curated words are read once in a while
    sent: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    assert len(load_volunteers(today=TODAY)) > 0
    assert len(sent) == 1
    assert load_requests(programme_id, today=TODAY)[0]
    assert len(sent) == 2


def test_rows_are_inserted_a_part_at_a_time(app: Any, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "INSERT_BATCH_ROWS", 4)
    programme_id = odd_world()
    round_: MatchingRound = lifecycle.request_round(db.session.get_one(Programme, programme_id), actor=None, now=now)
    asked = db.session.scalars(sa.select(PartnerRequest.id).order_by(PartnerRequest.id)).all()
    names = ("round_id", "request_id", "seats", "candidates", "nearest_volunteer_id", "failed_gates")
    bulk_insert("unfilled_request", names, ((round_.id, one, 2, 0, None, "[]") for one in asked))
    stored = db.session.scalars(sa.select(UnfilledRequest).order_by(UnfilledRequest.request_id)).all()
    assert [one.request_id for one in stored] == list(asked)
    assert {(one.seats, one.nearest_volunteer_id, one.failed_gates) for one in stored} == {(2, None, "[]")}
