"""`flask match run`: output, what it stores, errors and Ctrl-C."""

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
from volunteer_hub.rounds.service import lifecycle as lifecycle
from volunteer_hub.rounds.states import RoundState


def run(app: Flask, *arguments: str) -> Any:
    db.session.commit()
    db.session.remove()
    return app.test_cli_runner().invoke(args=["match", "run", *arguments])


def count(model: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def test_a_dry_run_prints_pairs_and_digest_and_stores_nothing(app: Flask) -> None:
    ward = make_ward()
    programme_id = ward.programme.id
    first, again = (run(app, "--programme", str(programme_id), "--dry-run", "--json", "--seed", "7") for _ in range(2))
    assert first.exit_code == 0, first.output
    [result] = json.loads(first.stdout)
    assert json.loads(again.stdout) == [result]
    assert (result["state"], result["seed"], result["figures"]["filled"]) == ("dry run", 7, 2)
    assert {pair["place"] for pair in result["pairs"]} == {0, 1}
    assert (count(MatchingRound), count(RoundProposal)) == (0, 0)
    assert make_round(db.session.get_one(Programme, programme_id), seed=7).fingerprint == result["digest"]


def test_a_run_stores_a_round_and_invites_nobody(app: Flask) -> None:
    ward = make_ward()
    name, programme_id = ward.programme.name, ward.programme.id
    result = run(app, "--programme", name)
    assert result.exit_code == 0, result.output
    assert "2 seats filled" in result.stdout
    assert "is ready to look through" in result.stdout
    assert name in result.stderr, "the progress bar does not mix with the answer"
    [round_] = db.session.scalars(sa.select(MatchingRound)).all()
    assert (round_.state, round_.programme_id, count(Match)) == (RoundState.READY, programme_id, 0)


def test_without_an_option_all_running_programmes_are_run(app: Flask) -> None:
    wards = [make_ward(), Ward("NP")]
    names = {ward.programme.name for ward in wards}
    result = run(app, "--json", "--score-alone")
    results = json.loads(result.stdout)
    assert {row["name"] for row in results} == names
    assert [row["fill_first"] for row in results] == [False, False]
    assert count(MatchingRound) == 2


def test_a_busy_programme_is_refused_with_a_reason(app: Flask, now: Any) -> None:
    ward = make_ward()
    lifecycle.request_round(ward.programme, actor=None, now=now)
    result = run(app)
    assert result.exit_code == 1
    assert "A round of this programme is under way, started by the service" in result.stderr
    assert run(app, "--dry-run").exit_code == 0, "trying disturbs nobody"


def test_an_unknown_programme_is_refused(app: Flask) -> None:
    assert run(app).exit_code == 1
    result = run(app, "--programme", "Nowhere")
    assert result.exit_code == 1
    assert "No running programme is called Nowhere" in result.stderr


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_ctrl_c_ends_a_round_at_once_and_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    ward = make_ward()
    name = ward.programme.name
    with monkeypatch.context() as patch:
        patch.setattr(runner, "_plan", interrupt)
        result = run(app, *options)
    assert result.exit_code == 130
    assert f"{name}: Stopped by hand. Nothing of this round was kept." in result.stderr
    assert "Traceback" not in result.output
    rounds = db.session.scalars(sa.select(MatchingRound)).all()
    assert [(round_.state, round_.failure) for round_ in rounds] == (
        [] if options else [(RoundState.FAILED, "Stopped by hand.")]
    )
    assert run(app).exit_code == 0, "another one starts at once"
