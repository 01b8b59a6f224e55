"""What was changed around rounds, attacked: odd addresses, Ctrl-C, servers set up otherwise, the room that weeks take."""

from __future__ import annotations

import dataclasses
import json
import re
import tracemalloc
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer
from tests.factories.rounds import Ward, make_round, make_ward
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import _as_text as prepared
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.matching.engine.overlap import OverlapBatch, VolunteerWeeks
from volunteer_hub.matching.engine.request_arrays import RequestArrays
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.states import ProposalState, RoundState


@pytest.fixture
def browser(app: Flask, as_: Any) -> Any:
    """A coordinator's."""
    return as_(make_account(Role.COORDINATOR, name="Cora Coordinator"))


def run(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["match", "run", *words])


# Addresses


@pytest.mark.parametrize("query", ["endpoint=x", "_method=DELETE"])
@pytest.mark.parametrize("path", ["/board/", "/board/requests", "/requests/"])
def test_what_an_address_says_is_no_argument_of_url_for(browser: Any, path: str, query: str) -> None:
    ward = Ward()
    for _ in range(30):
        ward.request()
    db.session.commit()
    assert browser.get(path).status_code == 200
    assert browser.get(f"{path}?{query}").status_code in (200, 404)


def test_behind_the_last_row_the_board_does_not_blame_the_advice(browser: Any) -> None:
    Ward().request()
    make_fitting_volunteer()
    db.session.commit()
    assert "No row advises that here" not in browser.get("/board/").text
    assert "No row advises that here" not in browser.get("/board/?from=99999").text


def test_a_second_button_pressed_while_the_first_one_travels_is_no_rival(browser: Any) -> None:
    found = make_round(make_ward(volunteers=2).programme)
    at = f"/matching/rounds/{found.id}/proposals"
    page = browser.get(at).text
    tokens = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', page))
    shown = re.findall(r'name="shown" value="(\d+)"', page)
    posted = tokens | {"shown": shown, "ticked": shown, "chosen": shown}
    assert browser.post(at, data=posted | {"then": "rounds.show"}).status_code == 303
    second = browser.post(at, data=posted | {"chosen": shown[1:], "then": "rounds.publish"})
    assert second.status_code == 303  # 409 "Somebody was there before you", and the tick that was taken away is lost
    states = [one.state for one in rounds.list_proposals(found.id, key=None).rows]
    assert states.count(ProposalState.LEFT_OUT) == 1


# flask match run


def test_ctrl_c_after_the_round_was_kept_does_not_say_that_nothing_was(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    real = runner.run_claimed

    def kept_then_stopped(*args: Any) -> bool:
        assert real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_claimed", kept_then_stopped)
    done = run(app)
    [found] = db.session.scalars(sa.select(MatchingRound)).all()
    assert done.exit_code == 130
    assert found.state is RoundState.READY
    assert "Nothing of this round was kept" not in done.stderr


def test_ctrl_c_in_the_second_programme_still_tells_of_the_first(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    Ward().request()
    real, calls = runner.run_claimed, []

    def second_is_stopped(*args: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(runner, "run_claimed", second_is_stopped)
    done = run(app, "--json")
    assert done.exit_code == 130
    states = sorted(one.state.value for one in db.session.scalars(sa.select(MatchingRound)))
    assert states == ["failed", "ready"]
    assert [one["state"] for one in json.loads(done.stdout or "[]")] == ["ready"]


def test_ctrl_c_between_begin_and_work_leaves_nothing_running(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    real, calls = db.session.commit, []

    def stopped_once() -> None:
        real()
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", stopped_once)
        done = run(app)
    db.session.rollback()
    assert done.exit_code == 130
    assert [one.state for one in db.session.scalars(sa.select(MatchingRound))] != [RoundState.RUNNING]


# A server that is set up otherwise


def test_every_connection_reads_days_as_we_do_however_the_server_is_set_up(app: Flask, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no such settings")
    assert sa.event.contains(db.engine, "connect", prepared)
    raw = db.engine.raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'Pacific/Auckland'")
            cursor.execute("SET DateStyle TO 'German'")
        raw.commit()
        prepared(raw.dbapi_connection, None)
        raw.rollback()
        with raw.cursor() as cursor:
            cursor.execute("SELECT cast(timestamptz '2026-11-21 20:00:00+00' AS text), cast(date '2026-11-21' AS text)")
            assert cursor.fetchone() == ("2026-11-21 20:00:00+00", "2026-11-21")
    finally:
        raw.close()


# Room


def test_weeks_of_a_round_are_not_held_twice(app: Flask) -> None:
    world = draw_world(build_index(), 20_000, 40)
    people, (requests, _free) = volunteer_arrays(world), request_facts(world)
    people.zones = [
        "Europe/London", "America/New_York", "Australia/Sydney", "Africa/Cairo", "Asia/Jerusalem", "America/Santiago",
        "Asia/Beirut", "America/Havana", "Pacific/Auckland", "Asia/Kolkata",
    ]  # fmt: skip
    people.zone = (np.arange(len(people)) % len(people.zones)).astype(np.int16)
    asked_for = [dataclasses.replace(one, weeks=104, delivery="live") for one in requests]
    weeks, asked = VolunteerWeeks(people), RequestArrays(asked_for, people, today=TODAY, weights=FIRST_WEIGHTS)
    tracemalloc.start()
    try:
        meetings = OverlapBatch(weeks, asked, TODAY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * meetings._table.nbytes, (peak / 1e6, meetings._table.nbytes / 1e6)
