"""What an adversary found in rounds of matching, kept found: limits, rivals, a round that lives."""

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
from tests.factories.rounds import Ward, make_round, new_coordinator, release_round
from tests.support.race import race
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.matching import queries, service
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


def proposals(found: MatchingRound) -> list[RoundProposal]:
    return list(rounds.list_proposals(found.id, key=None).rows)


def matches(state: MatchState = MatchState.PROPOSED) -> list[Match]:
    return list(db.session.scalars(sa.select(Match).where(Match.state == state).order_by(Match.id)))


def test_who_has_seen_a_request_through_is_not_proposed_to_it_again(app: Flask, clock: Any) -> None:
    ward = Ward()
    done = ward.request(seats=2)
    volunteer = make_fitting_volunteer()
    match = make_match(done, volunteer, MatchState.APPROVED)
    match.ended_at = clock.instant
    db.session.commit()
    found = make_round(ward.programme)
    assert proposals(found) == []


def test_one_proposal_that_cannot_be_made_does_not_hold_up_the_others(app: Flask, clock: Any) -> None:
    ward = Ward()
    done = ward.request(seats=2)
    volunteer = make_fitting_volunteer()
    found = make_round(ward.programme)
    match = make_match(done, volunteer, MatchState.APPROVED)
    match.ended_at = clock.instant
    db.session.commit()
    release_round(found)
    assert [one.state for one in proposals(found)] == [S.STALE]


def test_a_release_never_promises_more_hours_than_there_are(app: Flask) -> None:
    ward, other = Ward(), Ward("NP")
    for one in (ward, other):
        one.request(weekly_minutes=240)
        db.session.add(RoundSetting(programme_id=one.programme.id, proposals_per_volunteer=3))
    db.session.commit()
    make_fitting_volunteer(capacity=3, weekly_minutes=300)
    both = [make_round(one.programme) for one in (ward, other)]
    assert [len(proposals(found)) for found in both] == [1, 1]
    for found in both:
        release_round(found)
    assert len(matches()) == 1
    [stale] = [one for found in both for one in proposals(found) if one.state is S.STALE]
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
        time.sleep(0 if number else 0.5)  # the other one looks before this one has committed
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


def test_a_beat_that_cannot_be_written_does_not_end_the_round(app: Flask, monkeypatch: Any) -> None:
    ward = Ward()
    ward.request()
    make_fitting_volunteer()

    def locked(*_args: Any) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", -1.0)
    monkeypatch.setattr(runner, "heartbeat", locked)
    assert make_round(ward.programme).state is RoundState.READY


def test_a_killed_round_gives_way_to_the_command_line_without_a_scheduler(app: Flask, clock: Any) -> None:
    ward = Ward()
    dead = runner.request_and_claim(ward.programme, actor=new_coordinator())
    ident = dead.id
    db.session.commit()
    clock.advance(seconds=verbs.HEARTBEAT_TIMEOUT.total_seconds() + 1)
    found = app.test_cli_runner().invoke(args=["match", "run", "--json"])
    assert found.exit_code == 0, found.output
    db.session.expire_all()
    assert rounds.get(ident).state is RoundState.FAILED


def test_a_round_gives_signs_of_life_before_and_after_its_long_steps(app: Flask, clock: Any) -> None:
    told: list[tuple[int, int]] = []
    programme_id = Ward().programme.id
    settings = runner.current_parameters(programme_id, as_of=clock.instant.date(), seed=1)
    runner.compute(programme_id, settings, lambda done, of: told.append((done, of)))
    assert (told[0], told[-1]) == ((0, 1), (1, 1))


def join_those_who_wait(how: str, asked_id: int, volunteer_id: int, mine: Any, host: Any, now: Any) -> None:
    """One more who waits for a request: proposed by a round, invited, or come forward."""
    if how == "send":
        proposal_service.send_published(now)
    elif how == "invite":
        asked = db.session.get_one(PartnerRequest, asked_id)
        service.invite(asked, volunteer_id, message="Please come.", actor=host, now=now)
    else:
        facts = queries.get_my_facts(mine, today=now.date())
        found = queries.get_open_request(facts, asked_id, today=now.date())
        service.express_interest(found, message="I would like to.", actor=mine, now=now)


def one_after_the_other_begins(app: Flask, acts: list[Any]) -> None:
    """Two rivals: the second begins when the first has acted and not yet committed."""
    begun = threading.Event()

    def act(number: int) -> None:
        if number:
            begun.wait(10)
        with contextlib.suppress(DomainError):  # who is told that the seat is gone
            acts[number]()
            db.session.flush()
        begun.set()
        time.sleep(0 if number else 0.5)
        db.session.commit()

    race(app, act, rivals=2)


@pytest.mark.parametrize("how", ["send", "invite", "apply"])
@pytest.mark.parametrize("is_first", [True, False])
def test_nobody_is_left_waiting_for_a_seat_that_is_taken_meanwhile(
    app: Flask, clock: Any, how: str, is_first: bool
) -> None:
    ward, now = Ward(needs_release=False), clock.instant
    db.session.add(RoundSetting(programme_id=ward.programme.id, proposals_per_seat=2))
    asked, taker = ward.request(), make_fitting_volunteer()
    other_id = make_fitting_volunteer().id
    taken = make_match(asked, taker, MatchState.ACCEPTED)
    found = make_round(ward.programme)
    assert len(proposals(found)) == 1
    if how == "send":
        verbs.publish(found, proposal_ids=None, actor=new_coordinator(), now=now)
    taken_id, asked_id, host = taken.id, asked.id, viewer_of(make_account(Role.DIRECTOR, country="UG"))
    mine = viewer_of(db.session.get_one(Volunteer, other_id).account)
    db.session.commit()

    def join() -> None:
        join_those_who_wait(how, asked_id, other_id, mine, host, now)

    def approve() -> None:
        match = db.session.get_one(Match, taken_id)
        placements.approve(match, starts_on=now.date(), objective="Hands are clean.", allocation_minor=0, message=None,
                           actor=host, now=now)  # fmt: skip

    one_after_the_other_begins(app, [join, approve] if is_first else [approve, join])
    assert count_free_seats(asked.id) == 0
    assert matches() + matches(MatchState.ACCEPTED) == []
