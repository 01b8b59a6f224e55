"""A closed programme: no new commitment begins in it, also from pages opened before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.support.clock import TestClock
from volunteer_hub.core import clock as clocks
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.programmes import service as programmes
from volunteer_hub.programmes.rules import CLOSED_MESSAGE


def close(partner_request: PartnerRequest) -> Viewer:
    """Close the programme of a request and return the coordinator who did."""
    carol = viewer_of(make_account(Role.COORDINATOR))
    programmes.close(partner_request.programme, actor=carol, now=clocks.now())
    db.session.commit()
    return carol


def approve(match: Match, now: dt.datetime) -> Any:
    """Approve a match as the director."""
    return placements.approve(
        match,
        starts_on=now.date(),
        objective="Audits every month",
        allocation_minor=0,
        message=None,
        actor=viewer_of(director_of(match.request)),
        now=now,
    )


def test_no_match_is_approved_until_reopened(app: Flask, now: dt.datetime) -> None:
    match = make_match()
    carol = close(match.request)
    with pytest.raises(DomainError, match="programme of this request is closed"):
        approve(match, now)
    db.session.rollback()
    assert (match.state, match.request.seats_filled) == (MatchState.ACCEPTED, 0)
    programmes.reopen(match.request.programme, actor=carol, now=now)
    assert approve(match, now).match is match


@pytest.mark.parametrize(
    ("state", "verb", "more"),
    [
        (RequestState.DRAFT, requests.submit, {}),
        (RequestState.SUBMITTED, requests.open_request, {}),
        (RequestState.EXPIRED, requests.reopen, {"respond_by_on": dt.date(2026, 12, 1)}),
        (RequestState.CLOSED, requests.copy_request, {}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_no_request_is_sent_opened_reopened_or_copied(
    app: Flask, now: dt.datetime, state: RequestState, verb: Any, more: dict[str, Any]
) -> None:
    partner_request = make_request(state)
    carol = close(partner_request)
    with pytest.raises(DomainError) as caught:
        verb(partner_request, actor=carol, now=now, **more)
    assert (caught.value.message, partner_request.state) == (CLOSED_MESSAGE, state)


def test_no_invitation_acceptance_or_application(app: Flask, now: dt.datetime) -> None:
    invited, partner_request, fitting_volunteer = (
        make_match(state=MatchState.PROPOSED),
        make_request(),
        make_fitting_volunteer(),
    )
    close(invited.request)
    close(partner_request)
    invited_volunteer, applicant = viewer_of(invited.volunteer.account), viewer_of(fitting_volunteer.account)
    with pytest.raises(DomainError, match="programme has closed"):
        matching.accept_invitation(invited, message=None, actor=invited_volunteer, now=now)
    with pytest.raises(DomainError, match="programme has closed"):
        matching.express_interest(partner_request.id, message="I would like to.", actor=applicant, now=now)
    with pytest.raises(DomainError, match="cannot be invited now"):
        matching.invite(
            partner_request,
            fitting_volunteer.id,
            message="Please come.",
            actor=viewer_of(director_of(partner_request)),
            now=now,
        )


def test_its_requests_are_not_offered(client: Any) -> None:
    partner_request, volunteer = make_request(title="Triage on paper"), make_fitting_volunteer()
    client.sign_in(volunteer.account.email)
    assert "Triage on paper" in client.get("/find?fits=1").text
    close(partner_request)
    assert "Triage on paper" not in client.get("/find?fits=1").text
    text = client.get(f"/find/{partner_request.id}").text
    assert "programme has closed" in text
    assert 'name="words"' not in text


def test_late_approval_counts_while_the_request_is_open(app: Flask, clock: TestClock) -> None:
    match = make_match()
    now = clock.advance(days=8)
    assert match.respond_by_at < now
    assert approve(match, now).match is match


def test_no_approval_after_the_requests_last_day_even_before_the_job_runs(app: Flask, clock: TestClock) -> None:
    match = make_match()
    now = clock.advance(days=29)
    with pytest.raises(Conflict, match="last day to respond"):
        approve(match, now)
