"""Adversarial tests of matching rounds: limits, concurrency, heartbeats."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.rounds import Ward, make_round, new_coordinator, publish_round
from tests.support.race import race
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.matching import service
from volunteer_hub.matching.models import Match, RoundSetting
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import count_free_seats
from volunteer_hub.placements import service as placements
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound, RoundProposal
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.service import proposals as proposal_service
from volunteer_hub.rounds.states import ProposalState, RoundState
from volunteer_hub.vocabulary.states import SkillLevel
from volunteer_hub.volunteers.models import Volunteer

S = ProposalState


def proposals(round_: MatchingRound) -> list[RoundProposal]:
    return list(rounds.list_proposals(round_.id, key=None).rows)


def matches(state: MatchState = MatchState.PROPOSED) -> list[Match]:
    return list(db.session.scalars(sa.select(Match).where(Match.state == state).order_by(Match.id)))


def test_a_volunteer_with_an_ended_match_is_not_proposed_to_the_request_again(app: Flask, clock: Any) -> None:
    ward = Ward()
    done = ward.request(seats=2)
    volunteer, another = make_fitting_volunteer(), make_fitting_volunteer()
    match = make_match(done, volunteer, MatchState.APPROVED)
    match.ended_at = clock.instant
    db.session.commit()
    round_ = make_round(ward.programme)
    assert [proposal.volunteer_id for proposal in proposals(round_)] == [another.id]


def test_one_proposal_that_cannot_be_made_does_not_hold_up_the_others(app: Flask, clock: Any) -> None:
    ward = Ward()
    done = ward.request(seats=2)
    volunteer = make_fitting_volunteer()
    round_ = make_round(ward.programme)
    match = make_match(done, volunteer, MatchState.APPROVED)
    match.ended_at = clock.instant
    db.session.commit()
    publish_round(round_)
    assert [proposal.state for proposal in proposals(round_)] == [S.STALE]


def test_a_release_never_promises_more_hours_than_there_are(app: Flask) -> None:
    ward, other = Ward(), Ward("NP")
    for each_ward in (ward, other):
        each_ward.request(weekly_minutes=240)
        db.session.add(RoundSetting(programme_id=each_ward.programme.id, proposals_per_volunteer=3))
    db.session.commit()
    make_fitting_volunteer(capacity=3, weekly_minutes=300)
    both = [make_round(each_ward.programme) for each_ward in (ward, other)]
    assert [len(proposals(round_)) for round_ in both] == [1, 1]
    for round_ in both:
        publish_round(round_)
    assert len(matches()) == 1
    [stale] = [proposal for round_ in both for proposal in proposals(round_) if proposal.state is S.STALE]
    assert stale.stale_reason


def test_rival_releases_never_ask_more_people_than_there_are_seats(app: Flask, clock: Any) -> None:
    ward = Ward()
    ward.request()
    make_fitting_volunteer()
    first = make_round(ward.programme)
    actor = new_coordinator()
    verbs.publish(first, proposal_ids=None, actor=actor, now=clock.instant)
    db.session.commit()
    make_fitting_volunteer(skills={"IPC": SkillLevel.TEACHES})
    second = make_round(ward.programme)
    assert proposals(second)[0].volunteer_id != proposals(first)[0].volunteer_id
    verbs.publish(second, proposal_ids=None, actor=actor, now=clock.instant)
    db.session.commit()
    idents, sent = (first.id, second.id), threading.Event()

    def send(number: int) -> None:
        if number:
            sent.wait(10)
        proposal_service.send_published(clock.instant, round_id=idents[number])
        db.session.flush()
        sent.set()
        time.sleep(0 if number else 0.5)  # the other one reads before this one has committed
        db.session.commit()

    race(app, send, rivals=2)
    assert len(matches()) == 1


def test_a_round_that_is_released_meanwhile_does_not_fail_the_newer_one(app: Flask, clock: Any) -> None:
    ward = Ward()
    ward.request()
    make_fitting_volunteer()
    earlier = make_round(ward.programme)
    newer = runner.request_and_claim(ward.programme, actor=new_coordinator())
    earlier_id, newer_id, actor = earlier.id, newer.id, new_coordinator()
    db.session.commit()
    released = threading.Event()

    def act(number: int) -> bool:
        if number:
            released.wait(10)
            return runner.run_claimed(newer_id)
        verbs.publish(rounds.get(earlier_id, locked=True), proposal_ids=None, actor=actor, now=clock.instant)
        db.session.flush()
        released.set()
        time.sleep(1)
        db.session.commit()
        return True

    assert race(app, act, rivals=2) == [True, True]
    states = [rounds.get(ident).state for ident in (earlier_id, newer_id)]
    assert states == [RoundState.PUBLISHED, RoundState.READY]


def test_a_heartbeat_that_cannot_be_written_does_not_end_the_round(app: Flask, monkeypatch: Any) -> None:
    ward = Ward()
    ward.request()
    make_fitting_volunteer()

    def raise_locked(*_args: Any) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", -1.0)
    monkeypatch.setattr(runner, "record_heartbeat", raise_locked)
    assert make_round(ward.programme).state is RoundState.READY


def test_a_killed_round_gives_way_to_the_command_line_without_a_scheduler(app: Flask, clock: Any) -> None:
    ward = Ward()
    dead = runner.request_and_claim(ward.programme, actor=new_coordinator())
    ident = dead.id
    db.session.commit()
    clock.advance(seconds=verbs.HEARTBEAT_TIMEOUT.total_seconds() + 1)
    result = app.test_cli_runner().invoke(args=["match", "run", "--json"])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    assert rounds.get(ident).state is RoundState.FAILED


def test_a_round_reports_progress_before_and_after_its_long_steps(app: Flask, clock: Any) -> None:
    calls: list[tuple[int, int]] = []
    programme_id = Ward().programme.id
    settings = runner.current_parameters(programme_id, as_of=clock.instant.date(), seed=1)
    runner.compute(programme_id, settings, lambda done, of: calls.append((done, of)))
    assert (calls[0], calls[-1]) == ((0, 1), (1, 1))


def add_waiting_match(how: str, request_id: int, volunteer_id: int, mine: Any, host: Any, now: Any) -> None:
    """Add one more waiting match to a request: a proposal of a round, an invitation or an application."""
    if how == "send":
        proposal_service.send_published(now)
    elif how == "invite":
        request = db.session.get_one(PartnerRequest, request_id)
        service.invite(request, volunteer_id, message="Please come.", actor=host, now=now)
    else:
        service.express_interest(request_id, message="I would like to.", actor=mine, now=now)


def run_overlapping(app: Flask, acts: list[Any]) -> None:
    """Run two acts concurrently: the second begins when the first has flushed and not yet committed."""
    flushed = threading.Event()

    def act(number: int) -> None:
        if number:
            flushed.wait(10)
        with contextlib.suppress(DomainError):  # the refusal when the seat is taken
            acts[number]()
            db.session.flush()
        flushed.set()
        time.sleep(0 if number else 0.5)
        db.session.commit()

    race(app, act, rivals=2)


@pytest.mark.parametrize("how", ["send", "invite", "apply"])
@pytest.mark.parametrize("is_first", [True, False])
def test_no_match_keeps_waiting_for_a_seat_that_is_taken_concurrently(
    app: Flask, clock: Any, how: str, is_first: bool
) -> None:
    ward, now = Ward(needs_release=False), clock.instant
    db.session.add(RoundSetting(programme_id=ward.programme.id, proposals_per_seat=2))
    request, taker = ward.request(), make_fitting_volunteer()
    other_id = make_fitting_volunteer().id
    accepted = make_match(request, taker, MatchState.ACCEPTED)
    round_ = make_round(ward.programme)
    assert len(proposals(round_)) == 1
    if how == "send":
        verbs.publish(round_, proposal_ids=None, actor=new_coordinator(), now=now)
    accepted_id, request_id, host = accepted.id, request.id, viewer_of(make_account(Role.DIRECTOR, country="UG"))
    mine = viewer_of(db.session.get_one(Volunteer, other_id).account)
    db.session.commit()

    def join() -> None:
        add_waiting_match(how, request_id, other_id, mine, host, now)

    def approve() -> None:
        match = db.session.get_one(Match, accepted_id)
        placements.approve(match, starts_on=now.date(), objective="Hands are clean.", allocation_minor=0, message=None,
                           actor=host, now=now)  # fmt: skip

    run_overlapping(app, [join, approve] if is_first else [approve, join])
    assert count_free_seats(request.id) == 0
    assert matches() + matches(MatchState.ACCEPTED) == []
