"""`flask match run`: what it answers, what it keeps, what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.rounds import Ward, make_round, make_ward
from volunteer_hub.core.db import db
from volunteer_hub.matching.models import Match
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound, RoundProposal
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.states import RoundState


def run(app: Flask, *words: str) -> Any:
    db.session.commit()
    db.session.remove()
    return app.test_cli_runner().invoke(args=["match", "run", *words])


def count(model: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def test_dry_run_tells_pairs_and_digest_and_stores_nothing(app: Flask) -> None:
    ward = make_ward()
    programme = ward.programme.id
    first, again = (run(app, "--programme", str(programme), "--dry-run", "--json", "--seed", "7") for _ in range(2))
    assert first.exit_code == 0, first.output
    [told] = json.loads(first.stdout)
    assert json.loads(again.stdout) == [told]
    assert (told["state"], told["seed"], told["figures"]["filled"]) == ("dry run", 7, 2)
    assert {pair["place"] for pair in told["pairs"]} == {0, 1}
    assert (count(MatchingRound), count(RoundProposal)) == (0, 0)
    assert make_round(db.session.get_one(Programme, programme), seed=7).fingerprint == told["digest"]


def test_run_keeps_a_round_and_asks_nobody(app: Flask) -> None:
    ward = make_ward()
    name, programme = ward.programme.name, ward.programme.id
    done = run(app, "--programme", name)
    assert done.exit_code == 0, done.output
    assert "2 seats filled" in done.stdout
    assert "is ready to look through" in done.stdout
    assert name in done.stderr, "the progress bar does not mix with the answer"
    [found] = db.session.scalars(sa.select(MatchingRound)).all()
    assert (found.state, found.programme_id, count(Match)) == (RoundState.READY, programme, 0)


def test_without_a_programme_all_running_ones_are_run(app: Flask) -> None:
    wards = [make_ward(), Ward("NP")]
    names = {ward.programme.name for ward in wards}
    done = run(app, "--json", "--score-alone")
    told = json.loads(done.stdout)
    assert {one["name"] for one in told} == names
    assert [one["fill_first"] for one in told] == [False, False]
    assert count(MatchingRound) == 2


def test_a_busy_programme_is_refused_with_its_reason(app: Flask, now: Any) -> None:
    ward = make_ward()
    verbs.request_round(ward.programme, actor=None, now=now)
    done = run(app)
    assert done.exit_code == 1
    assert "A round of this programme is under way, started by the service" in done.stderr
    assert run(app, "--dry-run").exit_code == 0, "trying disturbs nobody"


def test_an_unknown_programme_is_refused(app: Flask) -> None:
    assert run(app).exit_code == 1
    done = run(app, "--programme", "Nowhere")
    assert done.exit_code == 1
    assert "No running programme is called Nowhere" in done.stderr


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_ctrl_c_ends_a_round_at_once_and_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    ward = make_ward()
    name = ward.programme.name
    with monkeypatch.context() as patch:
        patch.setattr(runner, "_plan", interrupted)
        done = run(app, *words)
    assert done.exit_code == 130
    assert f"{name}: Stopped by hand. Nothing of this round was kept." in done.stderr
    assert "Traceback" not in done.output
    rounds = db.session.scalars(sa.select(MatchingRound)).all()
    assert [(one.state, one.failure) for one in rounds] == ([] if words else [(RoundState.FAILED, "Stopped by hand.")])
    assert run(app).exit_code == 0, "another one starts at once"
