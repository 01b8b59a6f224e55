"""A round from request to publication: what it proposes, its invariants, failures and later rounds."""

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
from tests.support.rounds import matches, pairs, proposals
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
from volunteer_hub.rounds.service import lifecycle as lifecycle
from volunteer_hub.rounds.states import ProposalState, RoundState
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers.models import Volunteer

ProposalState = ProposalState


def set_rounds(ward: Ward, **values: Any) -> RoundSetting:
    setting = RoundSetting(programme_id=ward.programme.id, **values)
    db.session.add(setting)
    db.session.commit()
    return setting


def make_mixed_ward(seed: int) -> Ward:
    """Return a ward with varied volunteers and requests, and matches in several states between them."""
    rng = random.Random(seed)  # noqa: S311 -- reproducible test data
    ward = Ward()
    requests = [
        ward.request(
            seats=rng.randint(1, 3),
            skills={rng.choice(("IPC", "AMR", "AMR.AMS")): (rng.choice(list(SkillLevel)), rng.random() < 0.6)},
            languages={rng.choice(("en", "fr")): LanguageLevel.B2},
            weekly_minutes=rng.choice((60, 120, 240)),
        )
        for _ in range(8)
    ]
    volunteers = [
        make_fitting_volunteer(
            skills={code: rng.choice(list(SkillLevel)) for code in rng.sample(("IPC", "AMR", "AMR.AMS"), 2)},
            languages={"en": LanguageLevel.C1, "fr": rng.choice((LanguageLevel.A2, LanguageLevel.C1))},
            capacity=rng.randint(1, 3),
            weekly_minutes=rng.choice((60, 180, 480)),
            ready=rng.random() < 0.85,
        )
        for _ in range(14)
    ]
    set_rounds(ward, proposals_per_volunteer=rng.randint(1, 3), proposals_per_seat=rng.randint(1, 2))
    for state in (MatchState.ACCEPTED, MatchState.DECLINED, MatchState.PROPOSED):
        try:
            make_match(rng.choice(requests), rng.choice(volunteers), state)
        except DomainError:
            db.session.rollback()
    return ward


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fill_first", [True, False])
def test_no_gate_seat_capacity_or_limit_is_ever_broken(
    app: Flask, now: dt.datetime, seed: int, fill_first: bool
) -> None:
    ward = make_mixed_ward(seed)
    setting, today = round_settings.get_settings(ward.programme.id), now.date()
    waiting = rounds.count_waiting_by_request(ward.programme.id)
    round_ = make_round(ward.programme, seed=seed, fill_first=fill_first)
    chosen = pairs(round_)
    volunteers = facts_by_id.get_volunteers([volunteer_id for volunteer_id, _ in chosen], today=today)
    requests = facts_by_id.get_requests([request_id for _, request_id in chosen], today=today)
    for volunteer_id, request_id in chosen:
        assert rules.evaluate(volunteers[volunteer_id], requests[request_id], today=today).is_possible
        prior_match = volunteers[volunteer_id].prior_matches.get(request_id)
        assert prior_match is None or prior_match.outcome not in {
            PriorOutcome.LIVE,
            PriorOutcome.EXPIRED,
            PriorOutcome.DECLINED,
            PriorOutcome.RELEASED,
        }
    for volunteer_id, number in Counter(volunteer_id for volunteer_id, _ in chosen).items():
        open_matches = rounds.count_open_matches(Match.volunteer_id, volunteer_id)
        assert number + open_matches.get(MatchState.PROPOSED, 0) <= setting.proposals_per_volunteer
        assert (
            number + sum(open_matches.values()) + volunteers[volunteer_id].placements
            <= volunteers[volunteer_id].capacity
        )
        minutes = sum(
            requests[request_id].weekly_minutes for proposal_, request_id in chosen if proposal_ == volunteer_id
        )
        assert minutes <= volunteers[volunteer_id].free_minutes
    for request_id, number in Counter(request_id for _, request_id in chosen).items():
        seats = db.session.get_one(PartnerRequest, request_id).seats_free
        assert number + waiting.get(request_id, 0) <= seats * setting.proposals_per_seat
    assert chosen
    publish_round(round_)
    assert not [proposal_ for proposal_ in proposals(round_) if proposal_.state is ProposalState.STALE], (
        "nothing changed in between"
    )


def test_stored_reasons_add_up_to_the_score(app: Flask) -> None:
    round_ = make_round(make_ward().programme)
    assert [load_reasons(proposal.score_breakdown).score for proposal in proposals(round_)] == [
        proposal.score for proposal in proposals(round_)
    ]


def test_equal_day_seed_and_data_give_an_equal_fingerprint(app: Flask) -> None:
    ward = make_mixed_ward(11)
    first, again, other = (make_round(ward.programme, seed=seed) for seed in (5, 5, 6))
    assert first.fingerprint == again.fingerprint
    assert other.state is RoundState.READY
    assert pairs(first) == pairs(again)


def test_a_newer_round_supersedes_an_unpublished_one(app: Flask) -> None:
    ward = make_ward()
    first = make_round(ward.programme)
    second = make_round(ward.programme)
    db.session.refresh(first)
    assert (first.state, second.state) == (RoundState.DISCARDED, RoundState.READY)
    with pytest.raises(Conflict):
        lifecycle.publish(first, proposal_ids=None, actor=new_coordinator(), now=first.requested_at)


def test_accepted_and_approved_matches_are_not_changed(app: Flask, now: dt.datetime) -> None:
    ward = Ward()
    requests = [ward.request(), ward.request()]
    volunteers = [make_fitting_volunteer() for _ in range(3)]
    make_match(requests[0], volunteers[0], MatchState.ACCEPTED)
    filled_request = ward.request()
    approved = make_match(filled_request, volunteers[1], MatchState.APPROVED)
    filled_request.seats_filled = 1
    db.session.commit()
    round_ = make_round(ward.programme)
    assert pairs(round_) == {(volunteers[2].id, requests[1].id)}
    publish_round(round_)
    assert approved.state is MatchState.APPROVED
    assert len(matches(MatchState.ACCEPTED)) == 1


def test_a_decline_affects_later_rounds(app: Flask, clock: Any) -> None:
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
    for request in (first, second):
        request.respond_by_on = request.earliest_start_on = clock.instant.date() + dt.timedelta(days=30)
    db.session.commit()
    declined_id = match.request_id
    assert {request_id for _, request_id in pairs(make_round(ward.programme))} == {first.id, second.id} - {declined_id}


def test_unfilled_requests_name_the_nearest_volunteer_and_idle_volunteers_are_listed(
    app: Flask, now: dt.datetime
) -> None:
    ward = Ward()
    request = ward.request(languages={"fr": LanguageLevel.B2})
    volunteer = make_fitting_volunteer()
    round_ = make_round(ward.programme)
    [unfilled] = db.session.scalars(sa.select(UnfilledRequest)).all()
    assert (unfilled.request_id, unfilled.candidates, unfilled.nearest_volunteer_id) == (request.id, 0, volunteer.id)
    assert "language" in unfilled.failed_gates
    [row] = rounds.list_idle(round_.id, key=None, today=now.date()).rows
    assert row.volunteer_id == volunteer.id


def test_proposals_can_be_left_out_and_restored_while_the_round_is_ready(app: Flask, now: dt.datetime) -> None:
    round_, actor = make_round(make_ward().programme), new_coordinator()
    first, second = proposals(round_)
    both_ids = {first.id, second.id}
    assert lifecycle.select_proposals(round_, listed_ids=both_ids, selected_ids={first.id}, actor=actor, now=now) == (
        1,
        0,
    )
    assert second.state is ProposalState.LEFT_OUT
    assert lifecycle.select_proposals(round_, listed_ids=both_ids, selected_ids=both_ids, actor=actor, now=now) == (
        0,
        1,
    )
    assert lifecycle.select_proposals(round_, listed_ids=[second.id], selected_ids=[], actor=actor, now=now) == (1, 0)
    assert publish_round(round_) == 1
    assert [proposal.state for proposal in proposals(round_)] == [ProposalState.SENT, ProposalState.LEFT_OUT]
    with pytest.raises(Conflict):
        lifecycle.select_proposals(round_, listed_ids=both_ids, selected_ids=both_ids, actor=actor, now=now)


def test_due_rounds_are_requested_and_coordinators_are_emailed(app: Flask, clock: Any, now: dt.datetime) -> None:
    ward, coordinator = make_ward(), make_account(Role.COORDINATOR)
    setting = set_rounds(ward, every_days=7, next_on=now.date() - dt.timedelta(days=8))
    closed_ward = Ward("NP", state=ProgrammeState.CLOSED)
    set_rounds(closed_ward, every_days=1, next_on=now.date())
    assert lifecycle.request_due(now) == 1
    db.session.commit()
    assert setting.next_on == now.date() + dt.timedelta(days=6)
    assert lifecycle.request_due(now) == 0
    assert runner.run_queued(now) == 1
    [round_] = db.session.scalars(sa.select(MatchingRound)).all()
    assert (round_.state, round_.requested_by_id) == (RoundState.READY, None)
    assert [mail.recipient_email for mail in list_queued_mail("round_ready")] == [coordinator.email]


def test_a_second_round_is_refused_with_the_name_of_the_first_requester(app: Flask, now: dt.datetime) -> None:
    ward, actor = make_ward(), viewer_of(make_account(Role.COORDINATOR, name="Cora First"))
    lifecycle.request_round(ward.programme, actor=actor, now=now)
    db.session.commit()
    with pytest.raises(Conflict, match="started by Cora First on 20/11/2026 at 09:00 UTC"):
        lifecycle.request_round(ward.programme, actor=new_coordinator(), now=now)


def test_a_timed_out_round_fails_and_another_can_start(app: Flask, clock: Any) -> None:
    ward, coordinator = make_ward(), make_account(Role.COORDINATOR)
    timed_out = runner.request_and_claim(ward.programme, actor=viewer_of(coordinator))
    round_id, address = timed_out.id, coordinator.email
    db.session.commit()
    runner.record_heartbeat(round_id, 40)
    clock.advance(minutes=2)
    assert lifecycle.fail_timed_out(clock.instant) == 0
    clock.advance(minutes=2)
    assert lifecycle.fail_timed_out(clock.instant) == 1
    db.session.commit()
    db.session.refresh(timed_out)
    assert (timed_out.state, timed_out.progress) == (RoundState.FAILED, 40)
    assert [mail.recipient_email for mail in list_queued_mail("round_failed")] == [address]
    assert not runner.run_claimed(timed_out.id), "one taken for dead keeps nothing when it comes back"
    assert db.session.scalar(sa.select(sa.func.count(RoundProposal.id))) == 0
    assert make_round(ward.programme).state is RoundState.READY


def test_a_failure_while_storing_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    ward = make_ward()
    earlier_round = make_round(ward.programme)
    count_before = db.session.scalar(sa.select(sa.func.count(RoundProposal.id)))

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle._list_unfilled_rows", fail)
    monkeypatch.setattr("volunteer_hub.rounds.service.lifecycle.rounds.lock_superseded", fail)
    round_ = runner.request_and_claim(ward.programme, actor=new_coordinator())
    db.session.commit()
    assert not runner.run_claimed(round_.id)
    assert db.session.scalar(sa.select(sa.func.count(RoundProposal.id))) == count_before
    assert rounds.get(round_.id).state is RoundState.FAILED
    assert rounds.get(earlier_round.id).state is RoundState.READY


def test_a_change_during_computation_does_not_affect_the_round(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = make_ward(volunteers=1, requests=1)
    [volunteer] = db.session.scalars(sa.select(Volunteer)).all()
    volunteer_id, collect_reasons = volunteer.id, runner.unfilled_reasons.collect_reasons

    def change_meanwhile(*args: Any) -> Any:
        with db.engine.begin() as connection:
            connection.execute(sa.update(Volunteer).where(Volunteer.id == volunteer_id).values(weekly_minutes=60))
        return collect_reasons(*args)

    monkeypatch.setattr(runner.unfilled_reasons, "collect_reasons", change_meanwhile)
    round_ = make_round(ward.programme)
    assert len(pairs(round_)) == 1
    publish_round(round_)
    [proposal] = proposals(round_)
    assert proposal.state is ProposalState.STALE


def test_a_round_keeps_the_weights_it_was_requested_with(app: Flask) -> None:
    round_ = make_round(make_ward().programme)
    assert round_.weights_id == weights.get_latest().version


def test_a_closed_programme_cannot_start_a_round(app: Flask, now: dt.datetime) -> None:
    ward = Ward(state=ProgrammeState.CLOSED)
    with pytest.raises(DomainError):
        lifecycle.request_round(db.session.get_one(Programme, ward.programme.id), actor=None, now=now)


def test_without_an_agreement_there_is_no_proposal(app: Flask) -> None:
    ward = Ward()
    hospital = make_institution("NP", agreement=False)
    make_request(institution=hospital, programme=ward.programme)
    volunteer = make_fitting_volunteer()
    assert pairs(make_round(ward.programme)) == set()
    with_agreement = ward.request()
    assert pairs(make_round(ward.programme)) == {(volunteer.id, with_agreement.id)}
