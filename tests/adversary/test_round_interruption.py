"""Adversarial tests of rounds that are interrupted: a second button during a post, Ctrl-C at the command line."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.rounds import Ward, make_round, make_ward
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.states import ProposalState, RoundState


@pytest.fixture
def browser(app: Flask, as_: Any) -> Any:
    """A coordinator's browser."""
    return as_(make_account(Role.COORDINATOR, name="Cora Coordinator"))


def run(app: Flask, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["match", "run", *options])


def test_a_second_button_pressed_during_the_first_post_is_no_conflict(browser: Any) -> None:
    round_ = make_round(make_ward(volunteers=2).programme)
    path = f"/matching/rounds/{round_.id}/proposals"
    page = browser.get(path).text
    tokens = dict(re.findall(r'name="(csrf_token|form_key)" value="([^"]*)"', page))
    shown_ids = re.findall(r'name="shown" value="(\d+)"', page)
    posted = tokens | {"shown": shown_ids, "ticked": shown_ids, "chosen": shown_ids}
    assert browser.post(path, data=posted | {"then": "rounds.show"}).status_code == 303
    second = browser.post(path, data=posted | {"chosen": shown_ids[1:], "then": "rounds.publish"})
    assert second.status_code == 303  # 409 "Somebody was there before you", and the tick that was taken away is lost
    states = [proposal.state for proposal in rounds.list_proposals(round_.id, key=None).rows]
    assert states.count(ProposalState.LEFT_OUT) == 1


def test_ctrl_c_after_the_round_was_stored_does_not_say_that_nothing_was(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    real = runner.run_claimed

    def interrupt_after_storing(*args: Any) -> bool:
        assert real(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "run_claimed", interrupt_after_storing)
    done = run(app)
    [round_] = db.session.scalars(sa.select(MatchingRound)).all()
    assert done.exit_code == 130
    assert round_.state is RoundState.READY
    assert "Nothing of this round was kept" not in done.stderr


def test_ctrl_c_in_the_second_programme_still_reports_the_first(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    Ward().request()
    real, calls = runner.run_claimed, []

    def interrupt_second(*args: Any) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(runner, "run_claimed", interrupt_second)
    done = run(app, "--json")
    assert done.exit_code == 130
    states = sorted(round_.state.value for round_ in db.session.scalars(sa.select(MatchingRound)))
    assert states == ["failed", "ready"]
    assert [report["state"] for report in json.loads(done.stdout or "[]")] == ["ready"]


def test_ctrl_c_between_begin_and_work_leaves_nothing_running(app: Flask, monkeypatch: Any) -> None:
    make_ward()
    real, calls = db.session.commit, []

    def interrupt_once() -> None:
        real()
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", interrupt_once)
        done = run(app)
    db.session.rollback()
    assert done.exit_code == 130
    assert [round_.state for round_ in db.session.scalars(sa.select(MatchingRound))] != [RoundState.RUNNING]
