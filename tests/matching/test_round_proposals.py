"""What becomes of the proposals of a released round: sent, passed on, standing by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.rounds import Ward, make_round, make_ward, new_coordinator, publish_round
from tests.matching.test_rounds import matches, pairs, proposals
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.matching import service
from volunteer_hub.matching.states import MatchState, Origin, Reason
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.states import ProposalState

S = ProposalState


def test_silence_ends_a_proposal_tells_of_it_and_is_not_asked_again(app: Flask, clock: Any) -> None:
    ward, _ = Ward(volunteer_days=7), make_fitting_volunteer()
    ward.request()
    publish_round(make_round(ward.programme))
    clock.advance(days=8)
    assert service.expire_due(clock.instant) == 1
    db.session.commit()
    assert len(list_queued_mail("proposal_expired")) == 1
    assert not list_queued_mail("invitation_unanswered")
    assert pairs(make_round(ward.programme)) == set()


def test_an_answer_is_reminded_of_once(app: Flask, clock: Any) -> None:
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


def test_release_judges_each_pair_again(app: Flask, now: dt.datetime) -> None:
    ward = make_ward(volunteers=2)
    found = make_round(ward.programme)
    gone, stays = proposals(found)
    gone.volunteer.skills.clear()
    db.session.commit()
    assert publish_round(found) == 2
    states = {one.id: (one.state, one.stale_reason) for one in proposals(found)}
    assert states[stays.id] == (S.SENT, None)
    state, words = states[gone.id]
    assert state is S.STALE
    assert "Required and not in the profile" in words
    [match] = matches()
    assert (match.origin, match.volunteer_id, match.weights_id) == (Origin.ENGINE, stays.volunteer_id, found.weights_id)
    assert [mail.recipient_email for mail in list_queued_mail("proposed")] == [stays.volunteer.account.email]


def test_release_knows_the_limits_of_a_volunteer_and_of_a_request(app: Flask) -> None:
    ward, other = Ward(), Ward("NP")
    volunteer = make_fitting_volunteer(capacity=3)
    ward.request(), other.request()
    both = [make_round(one.programme) for one in (ward, other)]
    for found in both:
        publish_round(found)
    assert len(matches()) == 1
    [stale] = [one for found in both for one in proposals(found) if one.state is S.STALE]
    assert stale.stale_reason == "The volunteer has as many open proposals as the programme allows."
    assert volunteer.id == stale.volunteer_id
    third = Ward("KE")
    asked = third.request()
    first = make_fitting_volunteer()
    ready = make_round(third.programme)
    make_match(asked, make_fitting_volunteer(), MatchState.ACCEPTED)
    publish_round(ready)
    [late] = proposals(ready)
    assert (late.volunteer_id, late.state) == (first.id, S.STALE)
    assert late.stale_reason == "Enough people have been asked for the seats that are free."


def test_two_who_saw_a_placement_through_are_not_proposed_to_each_other_again(app: Flask, clock: Any) -> None:
    ward, volunteer = Ward(), make_fitting_volunteer()
    asked = ward.request(seats=2)
    found = make_round(ward.programme)
    match = make_match(asked, volunteer, MatchState.APPROVED)
    match.ended_at = clock.advance(days=1)
    db.session.commit()
    publish_round(found)
    [one] = proposals(found)
    assert (one.state, one.stale_reason) == (S.STALE, "There is a match between the two already.")


@pytest.mark.parametrize("how", ["declined", "expired", "withdrawn", "host"])
def test_the_next_in_line_is_asked_at_once(app: Flask, clock: Any, how: str) -> None:
    ward = make_ward(volunteers=2, requests=1)
    found = make_round(ward.programme)
    publish_round(found)
    [match] = matches()
    [line] = proposals(found, chosen=False)
    actor = viewer_of(match.volunteer.account)
    if how == "expired":
        clock.advance(days=8)
        service.expire_due(clock.instant)
    else:
        if how != "declined":
            service.accept_invitation(match, message=None, actor=actor, now=clock.instant)
        if how == "host":
            host = viewer_of(make_account(Role.DIRECTOR, country="UG"))
            service.decline(match, reason=Reason.ANOTHER, message="Not now.", actor=host, now=clock.instant)
        else:
            verb = service.decline_invitation if how == "declined" else service.withdraw
            verb(match, reason=Reason.NO_TIME, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    [asked] = matches()
    assert (asked.volunteer_id, asked.origin) == (line.volunteer_id, Origin.ENGINE)
    assert line.state is S.SENT
    assert len(list_queued_mail("proposed")) == 2
    assert service.notify_freed_seats(clock.instant) == 0, "the seat is not offered twice"


def test_nobody_in_line_leaves_the_seat_to_the_waiting_list(app: Flask, clock: Any) -> None:
    ward = make_ward(volunteers=1, requests=1)
    publish_round(make_round(ward.programme))
    [match] = matches()
    actor = viewer_of(match.volunteer.account)
    service.decline_invitation(match, reason=Reason.DATES, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    assert matches() == []
    assert service.notify_freed_seats(clock.instant) > 0


def test_who_has_no_room_just_now_goes_on_standing_by(app: Flask, clock: Any) -> None:
    ward = make_ward(volunteers=2, requests=1)
    found = make_round(ward.programme)
    publish_round(found)
    [line], [match] = proposals(found, chosen=False), matches()
    other = make_match(make_request(), line.volunteer, MatchState.PROPOSED)
    actor = viewer_of(match.volunteer.account)
    service.decline_invitation(match, reason=Reason.DATES, message=None, actor=actor, now=clock.instant)
    db.session.commit()
    assert (line.state, matches()) == (S.RESERVE, [other])


def test_releasing_nobody_or_strangers_is_refused(app: Flask, now: dt.datetime) -> None:
    found, actor = make_round(make_ward().programme), new_coordinator()
    for chosen in ([], [999_999]):
        with pytest.raises(DomainError):
            verbs.publish(found, proposal_ids=chosen, actor=actor, now=now)
