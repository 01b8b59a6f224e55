"""A round from the start to the last answer: what it proposes, what it never does, what comes after a no."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.rounds import Ward, make_round, make_ward, new_coordinator, publish_round
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import PriorOutcome
from volunteer_hub.matching import service
from volunteer_hub.matching.models import Match, RoundSetting
from volunteer_hub.matching.queries import facts_by_id, weights
from volunteer_hub.matching.states import MatchState, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.explain import load_reasons
from volunteer_hub.rounds.models import MatchingRound, RoundProposal, UnfilledRequest
from volunteer_hub.rounds.queries import round_settings, rounds
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.states import ProposalState, RoundState
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers.models import Volunteer

S = ProposalState


def proposals(found: MatchingRound, *, chosen: bool = True) -> list[RoundProposal]:
    return list(rounds.list_proposals(found.id, key=None, chosen=chosen).rows)


def pairs(found: MatchingRound) -> set[tuple[int, int]]:
    return {(one.volunteer_id, one.request_id) for one in proposals(found)}


def matches(state: MatchState = MatchState.PROPOSED) -> list[Match]:
    return list(db.session.scalars(sa.select(Match).where(Match.state == state).order_by(Match.id)))


def set_rounds(ward: Ward, **values: Any) -> RoundSetting:
    setting = RoundSetting(programme_id=ward.programme.id, **values)
    db.session.add(setting)
    db.session.commit()
    return setting


def mixed_world(seed: int) -> Ward:
    """Volunteers and requests of all sorts, with matches of all sorts between them."""
    lot = random.Random(seed)  # noqa: S311 -- a world to test on
    ward = Ward()
    asked = [
        ward.request(
            seats=lot.randint(1, 3),
            skills={lot.choice(("IPC", "AMR", "AMR.AMS")): (lot.choice(list(SkillLevel)), lot.random() < 0.6)},
            languages={lot.choice(("en", "fr")): LanguageLevel.B2},
            weekly_minutes=lot.choice((60, 120, 240)),
        )
        for _ in range(8)
    ]
    people = [
        make_fitting_volunteer(
            skills={code: lot.choice(list(SkillLevel)) for code in lot.sample(("IPC", "AMR", "AMR.AMS"), 2)},
            languages={"en": LanguageLevel.C1, "fr": lot.choice((LanguageLevel.A2, LanguageLevel.C1))},
            capacity=lot.randint(1, 3),
            weekly_minutes=lot.choice((60, 180, 480)),
            ready=lot.random() < 0.85,
        )
        for _ in range(14)
    ]
    set_rounds(ward, proposals_per_volunteer=lot.randint(1, 3), proposals_per_seat=lot.randint(1, 2))
    for state in (MatchState.ACCEPTED, MatchState.DECLINED, MatchState.PROPOSED):
        try:
            make_match(lot.choice(asked), lot.choice(people), state)
        except DomainError:
            db.session.rollback()
    return ward


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fill_first", [True, False])
def test_no_gate_seat_room_or_limit_is_ever_broken(app: Flask, now: dt.datetime, seed: int, fill_first: bool) -> None:
    ward = mixed_world(seed)
    setting, today = round_settings.get_settings(ward.programme.id), now.date()
    waiting = rounds.count_waiting_by_request(ward.programme.id)
    found = make_round(ward.programme, seed=seed, fill_first=fill_first)
    chosen = pairs(found)
    people = facts_by_id.get_volunteers([who for who, _ in chosen], today=today)
    asked = facts_by_id.get_requests([what for _, what in chosen], today=today)
    for who, what in chosen:
        assert rules.evaluate(people[who], asked[what], today=today).is_possible
        before = people[who].prior_matches.get(what)
        assert before is None or before.outcome not in {
            PriorOutcome.LIVE,
            PriorOutcome.EXPIRED,
            PriorOutcome.DECLINED,
            PriorOutcome.RELEASED,
        }
    for who, number in Counter(who for who, _ in chosen).items():
        own = rounds.count_open_matches(Match.volunteer_id, who)
        assert number + own.get(MatchState.PROPOSED, 0) <= setting.proposals_per_volunteer
        assert number + sum(own.values()) + people[who].placements <= people[who].capacity
        minutes = sum(asked[what].weekly_minutes for one, what in chosen if one == who)
        assert minutes <= people[who].free_minutes
    for what, number in Counter(what for _, what in chosen).items():
        seats = db.session.get_one(PartnerRequest, what).seats_free
        assert number + waiting.get(what, 0) <= seats * setting.proposals_per_seat
    assert chosen
    publish_round(found)
    assert not [one for one in proposals(found) if one.state is S.STALE], "nothing changed in between"


def test_reasons_are_stored_and_make_up_the_score(app: Flask) -> None:
    found = make_round(make_ward().programme)
    assert [load_reasons(one.score_breakdown).score for one in proposals(found)] == [
        one.score for one in proposals(found)
    ]


def test_same_day_seed_and_data_give_the_same_digest(app: Flask) -> None:
    ward = mixed_world(11)
    first, again, other = (make_round(ward.programme, seed=seed) for seed in (5, 5, 6))
    assert first.fingerprint == again.fingerprint
    assert other.state is RoundState.READY
    assert pairs(first) == pairs(again)


def test_a_newer_round_takes_the_place_of_one_that_nobody_released(app: Flask) -> None:
    ward = make_ward()
    first = make_round(ward.programme)
    second = make_round(ward.programme)
    db.session.refresh(first)
    assert (first.state, second.state) == (RoundState.DISCARDED, RoundState.READY)
    with pytest.raises(Conflict):
        verbs.publish(first, proposal_ids=None, actor=new_coordinator(), now=first.requested_at)


def test_what_is_accepted_or_approved_is_frozen(app: Flask, now: dt.datetime) -> None:
    ward = Ward()
    asked = [ward.request(), ward.request()]
    people = [make_fitting_volunteer() for _ in range(3)]
    make_match(asked[0], people[0], MatchState.ACCEPTED)
    taken = ward.request()
    approved = make_match(taken, people[1], MatchState.APPROVED)
    taken.seats_filled = 1
    db.session.commit()
    found = make_round(ward.programme)
    assert pairs(found) == {(people[2].id, asked[1].id)}
    publish_round(found)
    assert approved.state is MatchState.APPROVED
    assert len(matches(MatchState.ACCEPTED)) == 1


def test_a_no_shapes_later_rounds(app: Flask, clock: Any) -> None:
    ward, volunteer = Ward(), make_fitting_volunteer()
    first, second = ward.request(), ward.request()
    publish_round(make_round(ward.programme))
    [match] = matches()
    service.decline_invitation(
        match, reason=Reason.NO_TIME, message=None, actor=viewer_of(volunteer.account), now=clock.instant
    )
    db.session.commit()
    assert pairs(make_round(ward.programme)) == set(), "somebody without time is left alone"
    clock.advance(days=29)
    for one in (first, second):
        one.respond_by_on = one.earliest_start_on = clock.instant.date() + dt.timedelta(days=30)
    db.session.commit()
    declined = match.request_id
    assert {what for _, what in pairs(make_round(ward.programme))} == {first.id, second.id} - {declined}


def test_unmet_requests_name_the_nearest_and_idle_volunteers_the_rest(app: Flask, now: dt.datetime) -> None:
    ward = Ward()
    hard = ward.request(languages={"fr": LanguageLevel.B2})
    volunteer = make_fitting_volunteer()
    found = make_round(ward.programme)
    [one] = db.session.scalars(sa.select(UnfilledRequest)).all()
    assert (one.request_id, one.candidates, one.nearest_volunteer_id) == (hard.id, 0, volunteer.id)
    assert "language" in one.failed_gates
    [row] = rounds.list_idle(found.id, key=None, today=now.date()).rows
    assert row.volunteer_id == volunteer.id


def test_ticks_leave_out_and_take_back_while_the_round_is_ready(app: Flask, now: dt.datetime) -> None:
    found, actor = make_round(make_ward().programme), new_coordinator()
    first, second = proposals(found)
    both = {first.id, second.id}
    assert verbs.select_proposals(found, listed_ids=both, selected_ids={first.id}, actor=actor, now=now) == (1, 0)
    assert second.state is S.LEFT_OUT
    assert verbs.select_proposals(found, listed_ids=both, selected_ids=both, actor=actor, now=now) == (0, 1)
    assert verbs.select_proposals(found, listed_ids=[second.id], selected_ids=[], actor=actor, now=now) == (1, 0)
    assert publish_round(found) == 1
    assert [one.state for one in proposals(found)] == [S.SENT, S.LEFT_OUT]
    with pytest.raises(Conflict):
        verbs.select_proposals(found, listed_ids=both, selected_ids=both, actor=actor, now=now)


def test_the_scheduler_starts_what_is_due_and_tells_the_coordinators(app: Flask, clock: Any, now: dt.datetime) -> None:
    ward, coordinator = make_ward(), make_account(Role.COORDINATOR)
    setting = set_rounds(ward, every_days=7, next_on=now.date() - dt.timedelta(days=8))
    resting = Ward("NP", state=ProgrammeState.CLOSED)
    set_rounds(resting, every_days=1, next_on=now.date())
    assert verbs.request_due(now) == 1
    db.session.commit()
    assert setting.next_on == now.date() + dt.timedelta(days=6)
    assert verbs.request_due(now) == 0
    assert runner.run_queued(now) == 1
    [found] = db.session.scalars(sa.select(MatchingRound)).all()
    assert (found.state, found.requested_by_id) == (RoundState.READY, None)
    assert [mail.recipient_email for mail in list_queued_mail("round_ready")] == [coordinator.email]


def test_a_second_round_of_a_programme_is_told_who_started_the_first(app: Flask, now: dt.datetime) -> None:
    ward, actor = make_ward(), viewer_of(make_account(Role.COORDINATOR, name="Cora First"))
    verbs.request_round(ward.programme, actor=actor, now=now)
    db.session.commit()
    with pytest.raises(Conflict, match="started by Cora First on 20/11/2026 at 09:00 UTC"):
        verbs.request_round(ward.programme, actor=new_coordinator(), now=now)


def test_a_silent_round_is_given_up_and_another_can_start(app: Flask, clock: Any) -> None:
    ward, coordinator = make_ward(), make_account(Role.COORDINATOR)
    dead = runner.request_and_claim(ward.programme, actor=viewer_of(coordinator))
    ident, address = dead.id, coordinator.email
    db.session.commit()
    runner.record_heartbeat(ident, 40)
    clock.advance(minutes=2)
    assert verbs.fail_timed_out(clock.instant) == 0
    clock.advance(minutes=2)
    assert verbs.fail_timed_out(clock.instant) == 1
    db.session.commit()
    db.session.refresh(dead)
    assert (dead.state, dead.progress) == (RoundState.FAILED, 40)
    assert [mail.recipient_email for mail in list_queued_mail("round_failed")] == [address]
    assert not runner.run_claimed(dead.id), "one taken for dead keeps nothing when it comes back"
    assert db.session.scalar(sa.select(sa.func.count(RoundProposal.id))) == 0
    assert make_round(ward.programme).state is RoundState.READY


def test_a_failure_while_keeping_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    ward = make_ward()
    earlier = make_round(ward.programme)
    before = db.session.scalar(sa.select(sa.func.count(RoundProposal.id)))

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle._unmet", fail)
    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle.rounds.list_superseded", fail)
    asked = runner.request_and_claim(ward.programme, actor=new_coordinator())
    db.session.commit()
    assert not runner.run_claimed(asked.id)
    assert db.session.scalar(sa.select(sa.func.count(RoundProposal.id))) == before
    assert rounds.get(asked.id).state is RoundState.FAILED
    assert rounds.get(earlier.id).state is RoundState.READY


def test_what_changes_while_it_computes_neither_fails_nor_enters_the_round(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = make_ward(volunteers=1, requests=1)
    [volunteer] = db.session.scalars(sa.select(Volunteer)).all()
    ident, real = volunteer.id, runner.unfilled_reasons.collect_reasons

    def meanwhile(*args: Any) -> Any:
        with db.engine.begin() as other:
            other.execute(sa.update(Volunteer).where(Volunteer.id == ident).values(weekly_minutes=60))
        return real(*args)

    monkeypatch.setattr(runner.unfilled_reasons, "collect_reasons", meanwhile)
    found = make_round(ward.programme)
    assert len(pairs(found)) == 1
    publish_round(found)
    [one] = proposals(found)
    assert one.state is S.STALE


def test_weights_of_the_round_are_those_it_was_asked_with(app: Flask) -> None:
    found = make_round(make_ward().programme)
    assert found.weights_id == weights.latest().version


def test_a_closed_programme_starts_no_round(app: Flask, now: dt.datetime) -> None:
    ward = Ward(state=ProgrammeState.CLOSED)
    with pytest.raises(DomainError):
        verbs.request_round(db.session.get_one(Programme, ward.programme.id), actor=None, now=now)


def test_no_agreement_no_proposal(app: Flask) -> None:
    ward = Ward()
    place = make_institution("NP", agreement=False)
    make_request(institution=place, programme=ward.programme)
    make_fitting_volunteer()
    assert pairs(make_round(ward.programme)) == set()
