"""Notices of free seats: who gets them, and that each is sent once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import discard_mail, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching import queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState, Reason
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.scheduler import jobs
from volunteer_hub.volunteers.states import VolunteerState


class Hospital:
    """A hospital with a contact and a director."""

    def __init__(self) -> None:
        self.institution = make_institution("UG")
        self.contact = make_account(Role.PARTNER, institution_id=self.institution.id)
        self.director = make_account(Role.DIRECTOR, country="UG")

    def request(self, **more: Any) -> Any:
        """Create an open request of the hospital's contact."""
        return make_request(institution=self.institution, contact=self.contact, **more)


def run_job() -> int:
    """Run the job once and commit; return how many people were notified."""
    number = jobs.notify_free_seats(core_clock.now())
    db.session.commit()
    return number


def list_notices() -> list[tuple[str, str]]:
    """(kind, recipient) of the e-mails about free seats, in order."""
    return [(mail.kind, mail.recipient_email) for mail in list_queued_mail() if mail.kind.startswith("seat_free")]


def make_filled_request(hospital: Hospital, **more: Any) -> tuple[Any, Match, Any]:
    """Create a filled request; return it, a match closed when its seat was taken, and its placement."""
    request = hospital.request(**more)
    left_out = make_match(request, director=hospital.director)
    winner = make_match(request, director=hospital.director)
    placement = make_placement(winner, director=hospital.director)
    assert left_out.reason is Reason.SEATS_FILLED
    return request, left_out, placement


def end_early(placement: Any, by: Account) -> None:
    """End the placement early, so that its seat is free again."""
    placements.end_early(placement, reason="Not now.", actor=viewer_of(by), now=core_clock.now())
    db.session.commit()


def test_a_withdrawal_notifies_the_contact_but_not_the_director(app: Flask) -> None:
    hospital = Hospital()
    request = hospital.request()
    make_match(request, director=hospital.director)
    withdrawn = make_match(request, state=MatchState.WITHDRAWN, director=hospital.director)
    assert run_job() == 1
    assert run_job() == 0
    [mail] = list_queued_mail("seat_free_host")
    assert mail.recipient_email == hospital.contact.email
    assert (mail.subject_id, mail.due_at) == (withdrawn.id, withdrawn.decided_at)
    assert "1 volunteer waits for your answer." in mail.text
    assert f"/requests/{request.id}" in mail.text or f"{request.id}/candidates" in mail.text


def test_a_directors_decline_notifies_only_the_contact(app: Flask) -> None:
    hospital = Hospital()
    make_match(hospital.request(), state=MatchState.DECLINED, director=hospital.director)
    run_job()
    assert list_notices() == [("seat_free_host", hospital.contact.email)]
    assert "Nobody else waits" in list_queued_mail("seat_free_host")[0].text


def test_an_unanswered_invitation_notifies_the_contact(app: Flask, clock: Any) -> None:
    hospital = Hospital()
    make_match(hospital.request(), state=MatchState.PROPOSED, director=hospital.director)
    clock.advance(days=8)
    with discard_mail():
        matching.expire_due(clock.instant)
    run_job()
    assert list_notices() == [("seat_free_host", hospital.contact.email)]


def test_an_early_end_notifies_each_once(app: Flask) -> None:
    hospital = Hospital()
    _request, left_out, placement = make_filled_request(hospital)
    end_early(placement, hospital.director)
    assert run_job() == 1
    assert run_job() == 0
    assert list_notices() == [("seat_free_volunteer", left_out.volunteer.account.email)]
    ended = {
        mail.recipient_email: "The seat is free again" in mail.text for mail in list_queued_mail("placement_ended")
    }
    assert ended == {
        placement.volunteer.account.email: False,
        hospital.contact.email: True,
        hospital.director.email: True,
    }


def test_a_volunteer_who_was_not_chosen_can_apply_again_and_be_invited(as_: Any) -> None:
    hospital = Hospital()
    request, left_out, placement = make_filled_request(hospital)
    end_early(placement, hospital.director)
    today = core_clock.now().date()
    facts = queries.get_request_facts(request.id, today=today)
    assert queries.find_invitable(left_out.volunteer_id, facts, today=today)
    browser = as_(left_out.volunteer.account)
    assert browser.submit(f"/find/{request.id}", message="I still can, gladly.").status_code == 303
    run_job()
    assert list_notices() == [], "they have come forward already"


def test_a_volunteer_who_is_no_longer_eligible_is_not_notified(app: Flask) -> None:
    hospital = Hospital()
    _request, left_out, placement = make_filled_request(hospital)
    left_out.volunteer.state = VolunteerState.PAUSED
    db.session.commit()
    end_early(placement, hospital.director)
    assert run_job() == 0
    left_out.volunteer.state = VolunteerState.READY
    db.session.commit()
    assert run_job() == 1


def test_a_volunteer_without_capacity_is_not_notified(app: Flask) -> None:
    hospital = Hospital()
    _request, left_out, placement = make_filled_request(hospital)
    make_placement(make_match(make_request(), left_out.volunteer), director=None)
    left_out.volunteer.capacity = 1
    db.session.commit()
    end_early(placement, hospital.director)
    assert run_job() == 0
    left_out.volunteer.capacity = 2
    db.session.commit()
    assert run_job() == 1


def test_no_notice_for_a_request_that_has_ended_or_is_full(app: Flask) -> None:
    hospital = Hospital()
    request = hospital.request()
    make_match(request, state=MatchState.DECLINED, director=hospital.director)
    filled_request, _left_out, _placement = make_filled_request(hospital)
    assert filled_request.state is RequestState.FILLED
    with discard_mail():
        requests.withdraw(request, reason="We found somebody.", actor=viewer_of(hospital.contact), now=core_clock.now())
    assert run_job() == 0


def test_no_notice_of_a_seat_freed_long_ago(app: Flask, clock: Any) -> None:
    hospital = Hospital()
    request = hospital.request(respond_by_on=clock.instant.date() + dt.timedelta(days=40))
    make_match(request, state=MatchState.DECLINED, director=hospital.director)
    clock.advance(days=15)
    assert run_job() == 0


def test_a_volunteer_is_notified_once_of_one_free_seat(app: Flask, clock: Any) -> None:
    hospital = Hospital()
    request, left_out, placement = make_filled_request(hospital)
    end_early(placement, hospital.director)
    run_job()
    clock.advance(hours=2)
    make_match(request, make_fitting_volunteer(), MatchState.WITHDRAWN, director=hospital.director)
    run_job()
    assert [notice for notice in list_notices() if notice[0] == "seat_free_volunteer"] == [
        ("seat_free_volunteer", left_out.volunteer.account.email)
    ]
    clock.advance(hours=2)
    second = make_placement(
        make_match(request, make_fitting_volunteer(), director=hospital.director), director=hospital.director
    )
    clock.advance(hours=2)
    end_early(second, hospital.director)
    run_job()
    assert len([notice for notice in list_notices() if notice[0] == "seat_free_volunteer"]) == 2, (
        "a seat was taken in between"
    )
