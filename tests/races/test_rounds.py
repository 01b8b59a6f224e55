"""Concurrent rounds, and a round killed with SIGKILL: one runs, the others are refused, and no partial round is stored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import ROOT
from tests.factories.accounts import make_account
from tests.factories.rounds import make_round, make_ward, new_coordinator
from tests.support.clock import START
from tests.support.queued_mail import list_queued_mail
from tests.support.race import race
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.matching.models import Match
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound, RoundProposal, UnfilledRequest
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.service import proposals
from volunteer_hub.rounds.states import ProposalState, RoundState

pytestmark = pytest.mark.race
RIVALS, TIMES = 4, 5
CHILD = Path(__file__).with_name("killed_round.py")


def count(model: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def begin(programme_id: int) -> str:
    """Request a round and start it. Returns `begun`, or the message of the refusal."""
    try:
        runner.request_and_claim(db.session.get_one(Programme, programme_id), actor=None)
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        return error.message
    return "begun"


def test_of_concurrent_rounds_of_one_programme_one_runs_and_the_others_are_refused(app: Flask) -> None:
    programme_id = make_ward().programme.id
    for _ in range(TIMES):
        messages = sorted(race(app, lambda _n: begin(programme_id), rivals=RIVALS))
        assert messages.count("begun") == 1
        assert all("A round of this programme" in text for text in messages if text != "begun")
        [busy] = db.session.scalars(sa.select(MatchingRound).where(MatchingRound.state == RoundState.RUNNING)).all()
        assert runner.run_claimed(busy.id)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_the_unique_index_holds_when_all_have_read_before_any_writes(
    app: Flask, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    programme_id = make_ward().programme.id
    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle.rounds.find_busy", lambda _programme_id: None)
    if not guarded:
        db.session.execute(sa.text("DROP INDEX uq_matching_round_busy"))
        db.session.commit()
    messages = race(app, lambda _n: begin(programme_id), rivals=RIVALS)
    assert messages.count("begun") == (1 if guarded else RIVALS)


def test_a_waiting_round_is_taken_by_one_process(app: Flask) -> None:
    programme = make_ward().programme
    for _ in range(TIMES):
        ident = verbs.request_round(programme, actor=None, now=clock.now()).id
        db.session.commit()
        assert sorted(race(app, lambda _n, ident=ident: runner.run(ident), rivals=RIVALS)) == [False] * 3 + [True]  # type: ignore[misc]
        assert rounds.get(ident).state is RoundState.READY


def test_rival_senders_send_each_proposal_once(app: Flask) -> None:
    round_ = make_round(make_ward(volunteers=12, requests=12).programme)
    verbs.publish(round_, proposal_ids=None, actor=new_coordinator(), now=clock.now())
    db.session.commit()

    def send(_number: int) -> int:
        sent = 0
        while batch := proposals.send_published(clock.now(), limit=3):
            db.session.commit()
            sent += batch
        return sent

    assert sum(race(app, send, rivals=RIVALS)) == 12
    assert (count(Match), len(list_queued_mail("proposed"))) == (12, 12)
    assert rounds.count_by_state(round_.id)[ProposalState.SENT] == 12


@pytest.mark.parametrize("step", ["computing", "storing"])
def test_a_round_killed_half_way_leaves_no_half_round(
    app: Flask, database: Any, tmp_path: Path, clock: Any, step: str
) -> None:
    ward = make_ward()
    make_account(Role.COORDINATOR, email="cora@example.org")
    earlier = make_round(ward.programme)
    before, programme_id, earlier_id = (count(RoundProposal), count(UnfilledRequest)), ward.programme.id, earlier.id
    db.session.commit()
    db.session.remove()
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(CHILD), database.url, str(tmp_path), step, START.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"half-way\n"
        child.send_signal(signal.SIGKILL)
        assert child.wait(30) == -signal.SIGKILL
    assert (count(RoundProposal), count(UnfilledRequest)) == before
    dead = rounds.find_busy(programme_id)
    assert dead
    assert dead.state is RoundState.RUNNING
    assert rounds.get(earlier_id).state is RoundState.READY
    assert "under way" in begin(programme_id)
    clock.advance(seconds=verbs.HEARTBEAT_TIMEOUT.total_seconds() + 1)
    runner.run_queued(clock.instant)
    db.session.refresh(dead)
    assert (dead.state, dead.failure) == (RoundState.FAILED, verbs.KILLED_MESSAGE)
    assert "cora@example.org" in {mail.recipient_email for mail in list_queued_mail("round_failed")}
    db.session.rollback()
    assert make_round(db.session.get_one(Programme, programme_id)).state is RoundState.READY
