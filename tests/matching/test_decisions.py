"""Interest, invitations, answers, refusals, withdrawals and expiry."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.support.matches import matches
from tests.support.queued_mail import mails
from volunteer_hub.accounts import service as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching import service
from volunteer_hub.matching.states import MatchState, Reason
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers.states import VolunteerState

MESSAGE = "I have audited hand hygiene for years."


def test_interest_creates_one_match_and_notifies_both_sides(as_: Any, director: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    reply = as_(volunteer.account).submit(f"/find/{request.id}", message=MESSAGE)
    assert reply.status_code == 303
    [match] = matches()
    assert (match.state, match.volunteer_message) == (MatchState.ACCEPTED, MESSAGE)
    assert match.respond_by_at == clock.now() + dt.timedelta(days=7)
    assert mails() == {("interest_received", director.email), ("interest_sent", volunteer.account.email)}


def test_a_double_click_makes_one_match(as_: Any, director: Any) -> None:
    browser = as_(make_fitting_volunteer().account)
    path = f"/find/{make_request().id}"
    form = next(f for f in browser.forms(path) if "message" in f["data"])
    data = form["data"] | {"message": MESSAGE}
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(matches()) == 1
    assert browser.post(path, data=data | {"form_key": "another"}).status_code == 409
    assert len(matches()) == 1


CLOSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"ready": False}, {}, "Not every readiness check"),
    ({"languages": {"en": LanguageLevel.B1}}, {}, "The work needs English (B2"),
    ({"skills": {"IPC": SkillLevel.SUPPORTED}}, {}, "Required and not in the profile"),
    ({"weekly_minutes": 60}, {}, "It asks for 2 hours a week"),
    ({"available_until_on": dt.date(2026, 12, 1)}, {}, "the profile’s time ends on"),
    ({"windows": ((1, 480, 960),)}, {}, "Live meetings need 60 minutes"),
]


@pytest.mark.parametrize(("volunteer", "request_", "sentence"), CLOSED)
def test_a_closed_gate_is_explained_and_the_message_stays_in_the_form(
    as_: Any, volunteer: dict[str, Any], request_: dict[str, Any], sentence: str
) -> None:
    request = make_request(**request_)
    person = make_fitting_volunteer(**volunteer)
    browser = as_(person.account)
    assert sentence in browser.get(f"/find/{request.id}").text
    token = browser.forms(f"/find/{request.id}")[0]["data"]["csrf_token"][0]
    reply = browser.post(f"/find/{request.id}", data={"csrf_token": token, "form_key": "k", "message": MESSAGE})
    assert reply.status_code == 422
    assert sentence in reply.text
    assert matches() == []


def test_a_gate_that_closes_meanwhile_keeps_the_message_in_the_form(as_: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    browser = as_(volunteer.account)
    form = next(f for f in browser.forms(f"/find/{request.id}") if "message" in f["data"])
    volunteer.state = VolunteerState.PAUSED
    db.session.commit()
    reply = browser.post(f"/find/{request.id}", data=form["data"] | {"message": MESSAGE})
    assert reply.status_code == 422
    assert MESSAGE in reply.text


def test_capacity_and_an_earlier_refusal_close_their_gates(as_: Any, director: Any) -> None:
    volunteer = make_fitting_volunteer()
    placement = make_placement(volunteer=volunteer, director=director)
    busy = make_request()
    assert "already as many placements" in as_(volunteer.account).get(f"/find/{busy.id}").text
    assert placement.request_id != busy.id
    other = make_fitting_volunteer()
    declined = make_match(volunteer=other, state=MatchState.DECLINED, director=director)
    assert (
        "declined or withdrawn before"
        in as_(other.account)
        .post(
            f"/find/{declined.request_id}",
            data={"message": MESSAGE, "csrf_token": as_(other.account).forms("/account")[0]["data"]["csrf_token"][0]},
        )
        .text
    )


def test_a_message_is_required(as_: Any) -> None:
    reply = as_(make_fitting_volunteer().account).submit(f"/find/{make_request().id}", message=" ")
    assert (reply.status_code, matches()) == (422, [])


def invite(browser: Any, request: Any, volunteer: Any) -> Any:
    return browser.submit(f"/requests/{request.id}/invite/{volunteer.id}", message="Please help us.")


def test_invited_volunteer_accepts_and_the_director_decides(as_: Any, director: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    assert invite(as_(director), request, volunteer).status_code == 303
    [match] = matches()
    assert (match.state, match.invited_by_id) == (MatchState.PROPOSED, director.id)
    assert mails() == {("invited", volunteer.account.email)}
    browser = as_(volunteer.account)
    assert "Please help us." in browser.get(f"/find/{request.id}").text
    assert browser.submit(f"/matches/{match.id}/accept", message="Gladly").status_code == 303
    assert matches()[0].state is MatchState.ACCEPTED
    assert ("invitation_accepted", director.email) in mails()


def test_invitation_is_answered_once(as_: Any, director: Any) -> None:
    match = make_match(state=MatchState.PROPOSED, director=director)
    browser = as_(match.volunteer.account)
    form = next(f for f in browser.forms(f"/matches/{match.id}/accept") if "message" in f["data"])
    assert browser.submit(f"/matches/{match.id}/no", reason="dates", message="").status_code == 303
    assert mails() == {("invitation_declined", director.email)}
    late = browser.post(f"/matches/{match.id}/accept", data=form["data"])
    assert late.status_code == 409
    assert matches()[0].state is MatchState.DECLINED


def test_an_expired_invitation_cannot_be_accepted(as_: Any, director: Any, clock: Any) -> None:
    match = make_match(state=MatchState.PROPOSED, director=director)
    clock.advance(days=8)
    assert as_(match.volunteer.account).submit(f"/matches/{match.id}/accept", message="").status_code == 409


def test_withdrawing_notifies_the_director(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    browser = as_(match.volunteer.account)
    assert browser.submit(f"/matches/{match.id}/no", reason="no_time", message="Sorry").status_code == 303
    assert (matches()[0].state, matches()[0].reason) == (MatchState.WITHDRAWN, Reason.NO_TIME)
    assert mails() == {("match_withdrawn", director.email)}


def test_host_declines_with_reason_and_message(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    browser = as_(director)
    assert browser.submit(f"/matches/{match.id}/decline", reason="no_time", message="x").status_code == 422
    assert browser.submit(f"/matches/{match.id}/decline", reason="skills", message="").status_code == 422
    assert browser.submit(f"/matches/{match.id}/decline", reason="skills", message="Next time").status_code == 303
    assert mails() == {("match_declined", match.volunteer.account.email)}
    assert browser.submit(f"/matches/{match.id}/decline", reason="skills", message="Again").status_code == 409
    text = db.session.scalars(sa.select(OutboxMail.text)).one()
    assert matches()[0].reason_message == "Next time"
    assert "Next time" in text


def test_partner_can_decline(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    partner = make_account(Role.PARTNER, institution_id=match.request.institution_id)
    browser = as_(partner)
    assert browser.submit(f"/matches/{match.id}/decline", reason="another", message="Thank you").status_code == 303
    assert browser.get(f"/matches/{match.id}/approve").status_code == 403


def test_last_seat_declines_the_others_with_an_email(as_: Any, director: Any) -> None:
    request = make_request()
    first, second = (make_match(request, director=director) for _ in range(2))
    make_match(request, state=MatchState.WITHDRAWN, director=director)
    invited = make_match(request, state=MatchState.PROPOSED, director=director)
    requests.take_seat(request, actor=None, now=clock.now())
    assert service.decline_remaining(request, winner=first, now=clock.now()) == 2
    db.session.commit()
    assert [(m.state, m.reason) for m in (second, invited)] == [(MatchState.DECLINED, Reason.SEATS_FILLED)] * 2
    assert mails() == {("seats_filled", m.volunteer.account.email) for m in (second, invited)}


@pytest.mark.parametrize("verb", ["withdraw", "close"])
def test_nobody_is_left_waiting_when_a_request_ends(as_: Any, director: Any, verb: str) -> None:
    match = make_match(director=director)
    partner = make_account(Role.PARTNER, institution_id=match.request.institution_id)
    reply = as_(partner).submit(f"/requests/{match.request_id}/{verb}", message="The need has changed.")
    assert reply.status_code == 303, reply.text
    assert (matches()[0].state, matches()[0].reason) == (MatchState.DECLINED, Reason.REQUEST_ENDED)
    assert ("candidates_request_ended", match.volunteer.account.email) in mails()


def test_invitations_expire_once_their_time_is_over(app: Any, director: Any, clock: Any) -> None:
    match = make_match(state=MatchState.PROPOSED, director=director)
    assert service.expire_due(clock.advance(days=6)) == 0
    assert service.expire_due(clock.advance(days=2)) == 1
    assert service.expire_due(clock.advance(days=2)) == 0
    db.session.commit()
    assert match.state is MatchState.EXPIRED
    assert mails() == {("invitation_expired", match.volunteer.account.email), ("invitation_unanswered", director.email)}


def test_late_decision_is_chased_once_and_never_made(app: Any, director: Any, clock: Any) -> None:
    coordinator = make_account(Role.COORDINATOR)
    match = make_match(director=director)
    assert service.chase_overdue(clock.advance(days=6)) == 0
    assert service.chase_overdue(clock.advance(days=2)) == 1
    for _ in range(3):
        assert service.chase_overdue(clock.advance(days=30)) == 0
    db.session.commit()
    assert match.state is MatchState.ACCEPTED
    assert mails() == {("decision_overdue", director.email), ("decision_overdue", coordinator.email)}


def test_deputy_is_notified_and_may_decide_while_the_director_is_away(as_: Any, director: Any) -> None:
    deputy = make_account(Role.DIRECTOR, country="NP", email="deputy@example.org")
    today = clock.now().date()
    until_on = today + dt.timedelta(days=5)
    accounts.set_deputy(director, deputy, from_on=today, until_on=until_on, actor=viewer_of(director), now=clock.now())
    db.session.commit()
    volunteer, request = make_fitting_volunteer(), make_request()
    assert as_(volunteer.account).submit(f"/find/{request.id}", message=MESSAGE).status_code == 303
    assert ("interest_received", deputy.email) in mails()
    assert as_(deputy).get(f"/matches/{matches()[0].id}/approve").status_code == 200
    assert as_(deputy).submit(f"/matches/{matches()[0].id}/approve", allocation="0").status_code == 303
    assert matches()[0].decided_by_id == deputy.id


def test_director_of_another_country_sees_nothing(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    idle = make_fitting_volunteer()
    browser = as_(make_account(Role.DIRECTOR, country="NP"))
    assert "Nobody waits" in browser.get("/approvals").text
    request = match.request_id
    for path in (
        f"/matches/{match.id}",
        f"/matches/{match.id}/approve",
        f"/matches/{match.id}/decline",
        f"/requests/{request}",
        f"/requests/{request}/candidates",
        f"/requests/{request}/invite/{idle.id}",
        f"/requests/{request}/open",
    ):
        assert browser.get(path).status_code == 404, path


def test_another_volunteer_finds_no_match(as_: Any, director: Any) -> None:
    match = make_match(state=MatchState.PROPOSED, director=director)
    browser = as_(make_fitting_volunteer().account)
    for path in (f"/matches/{match.id}/accept", f"/matches/{match.id}/no"):
        assert browser.get(path).status_code == 404


def test_request_without_a_free_seat_accepts_no_interest(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    requests.take_seat(match.request, actor=None, now=clock.now())
    db.session.commit()
    assert match.request.state is RequestState.FILLED
    assert as_(make_fitting_volunteer().account).get(f"/find/{match.request_id}").status_code == 404
