"""Proposals of a published round: sent, expired, passed on to reserves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.rounds import Ward, make_round, make_ward, new_coordinator, publish_round
from tests.support.queued_mail import list_queued_mail
from tests.support.rounds import matches, pairs, proposals
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.matching import service
from volunteer_hub.matching.states import MatchState, Origin, Reason
from volunteer_hub.rounds.service import lifecycle as lifecycle
from volunteer_hub.rounds.states import ProposalState

ProposalState = ProposalState


def test_an_unanswered_proposal_expires_with_an_email_and_is_not_repeated(app: Flask, clock: Any) -> None:
    ward, _ = Ward(volunteer_days=7), make_fitting_volunteer()
    ward.request()
    publish_round(make_round(ward.programme))
    clock.advance(days=8)
    assert service.expire_due(clock.instant) == 1
    db.session.commit()
    assert len(list_queued_mail("proposal_expired")) == 1
    assert not list_queued_mail("invitation_unanswered")
    assert pairs(make_round(ward.programme)) == set()


def test_an_unanswered_proposal_is_reminded_of_once(app: Flask, clock: Any) -> None:
    hasty = Ward("NP", volunteer_days=1)
    hasty.request()
    make_fitting_volunteer()
    publish_round(make_round(hasty.programme))
    ward, _ = Ward(volunteer_days=7), make_fitting_volunteer()
    ward.request()
    publish_round(make_round(ward.programme))
    assert service.remind_unanswered(clock.instant) == 0
    clock.advance(days=5, hours=1)
    assert [service.remind_unanswered(clock.instant) for _ in range(2)] == [1, 0]
    db.session.commit()
    assert len(list_queued_mail("answer_reminder")) == 1


def test_publication_evaluates_each_pair_again(app: Flask, now: dt.datetime) -> None:
    ward = make_ward(volunteers=2)
    round_ = make_round(ward.programme)
    obsolete, valid = proposals(round_)
    obsolete.volunteer.skills.clear()
    db.session.commit()
    assert publish_round(round_) == 2
    states = {proposal.id: (proposal.state, proposal.stale_reason) for proposal in proposals(round_)}
    assert states[valid.id] == (ProposalState.SENT, None)
    state, stale_reason = states[obsolete.id]
    assert state is ProposalState.STALE
    assert "Required and not in the profile" in stale_reason
    [match] = matches()
    assert (match.origin, match.volunteer_id, match.weights_id) == (
        Origin.ENGINE,
        valid.volunteer_id,
        round_.weights_id,
    )
    assert [mail.recipient_email for mail in list_queued_mail("proposed")] == [valid.volunteer.account.email]


def test_publication_respects_the_limits_of_volunteers_and_requests(app: Flask) -> None:
    ward, other = Ward(), Ward("NP")
    volunteer = make_fitting_volunteer(capacity=3)
    ward.request(), other.request()
    published_rounds = [make_round(item.programme) for item in (ward, other)]
    for round_ in published_rounds:
        publish_round(round_)
    assert len(matches()) == 1
    [stale] = [item for round_ in published_rounds for item in proposals(round_) if item.state is ProposalState.STALE]
    assert stale.stale_reason == "The volunteer has as many open proposals as the programme allows."
    assert volunteer.id == stale.volunteer_id
    third = Ward("KE")
    request = third.request()
    first = make_fitting_volunteer()
    ready = make_round(third.programme)
    make_match(request, make_fitting_volunteer(), MatchState.ACCEPTED)
    publish_round(ready)
    [stale_proposal] = proposals(ready)
    assert (stale_proposal.volunteer_id, stale_proposal.state) == (first.id, ProposalState.STALE)
    assert stale_proposal.stale_reason == "Enough people have been asked for the seats that are free."


def test_a_completed_pair_is_not_proposed_again(app: Flask, clock: Any) -> None:
    ward, volunteer = Ward(), make_fitting_volunteer()
    request = ward.request(seats=2)
    round_ = make_round(ward.programme)
    match = make_match(request, volunteer, MatchState.APPROVED)
    match.ended_at = clock.advance(days=1)
    db.session.commit()
    publish_round(round_)
    [proposal] = proposals(round_)
    assert (proposal.state, proposal.stale_reason) == (ProposalState.STALE, "There is a match between the two already.")


@pytest.mark.parametrize("ending", ["declined", "expired", "withdrawn", "host"])
def test_the_next_reserve_is_asked_at_once(app: Flask, clock: Any, ending: str) -> None:
    ward = make_ward(volunteers=2, requests=1)
    round_ = make_round(ward.programme)
    publish_round(round_)
    [match] = matches()
    [reserve] = proposals(round_, chosen=False)
    actor = viewer_of(match.volunteer.account)
    if ending == "expired":
        clock.advance(days=8)
        service.expire_due(clock.instant)
    else:
        if ending != "declined":
            service.accept_invitation(match, message=None, actor=actor, now=clock.instant)
        if ending == "host":
            host = viewer_of(make_account(Role.DIRECTOR, country="UG"))
            service.decline(match, reason=Reason.ANOTHER, message="Not now.", actor=host, now=clock.instant)
        else:
            end_match = service.decline_invitation if ending == "declined" else service.withdraw
            end_match(match, reason=Reason.NO_TIME, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    [next_match] = matches()
    assert (next_match.volunteer_id, next_match.origin) == (reserve.volunteer_id, Origin.ENGINE)
    assert reserve.state is ProposalState.SENT
    assert len(list_queued_mail("proposed")) == 2
    assert service.notify_freed_seats(clock.instant) == 0, "the seat is not offered twice"


def test_without_reserves_the_seat_goes_to_the_waiting_list(app: Flask, clock: Any) -> None:
    ward = make_ward(volunteers=1, requests=1)
    publish_round(make_round(ward.programme))
    [match] = matches()
    actor = viewer_of(match.volunteer.account)
    service.decline_invitation(match, reason=Reason.DATES, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    assert matches() == []
    assert service.notify_freed_seats(clock.instant) > 0


def test_a_reserve_without_room_stays_a_reserve(app: Flask, clock: Any) -> None:
    ward = make_ward(volunteers=2, requests=1)
    round_ = make_round(ward.programme)
    publish_round(round_)
    [reserve], [match] = proposals(round_, chosen=False), matches()
    other = make_match(make_request(), reserve.volunteer, MatchState.PROPOSED)
    actor = viewer_of(match.volunteer.account)
    service.decline_invitation(match, reason=Reason.DATES, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    assert (reserve.state, matches()) == (ProposalState.RESERVE, [other])


def test_publishing_no_or_unknown_proposals_is_refused(app: Flask, now: dt.datetime) -> None:
    round_, actor = make_round(make_ward().programme), new_coordinator()
    for proposal_ids in ([], [999_999]):
        with pytest.raises(DomainError):
            lifecycle.publish(round_, proposal_ids=proposal_ids, actor=actor, now=now)
