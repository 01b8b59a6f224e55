"""A closed programme: nothing new begins in it, whatever the page that somebody still has open."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.conftest import TestClock
from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from volunteer_hub.core import clock as clocks
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.matching import queries as matching_queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service as placements
from volunteer_hub.programmes import service as programmes
from volunteer_hub.programmes.rules import CLOSED_MESSAGE


def close(ask: PartnerRequest) -> Viewer:
    """Close the programme of a request. Gives the coordinator."""
    carol = viewer_of(make_account(Role.COORDINATOR))
    programmes.close(ask.programme, actor=carol, now=clocks.now())
    db.session.commit()
    return carol


def approve(match: Match, now: dt.datetime) -> Any:
    """The director's plain yes."""
    return placements.approve(
        match,
        starts_on=now.date(),
        objective="Audits every month",
        allocation_minor=0,
        words=None,
        actor=viewer_of(director_of(match.request)),
        now=now,
    )


def test_no_match_is_approved_until_it_is_reopened(app: Flask, now: dt.datetime) -> None:
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
        (RequestState.CLOSED, requests.copy, {}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_no_request_is_sent_opened_reopened_or_copied(
    app: Flask, now: dt.datetime, state: RequestState, verb: Any, more: dict[str, Any]
) -> None:
    ask = make_request(state)
    carol = close(ask)
    with pytest.raises(DomainError) as caught:
        verb(ask, actor=carol, now=now, **more)
    assert (caught.value.message, ask.state) == (CLOSED_MESSAGE, state)


def test_nobody_is_invited_accepts_or_comes_forward(app: Flask, now: dt.datetime) -> None:
    invited, ask, eager = make_match(state=MatchState.PROPOSED), make_request(), make_fitting_volunteer()
    close(invited.request)
    close(ask)
    volunteer, mine = viewer_of(invited.volunteer.account), viewer_of(eager.account)
    with pytest.raises(DomainError, match="programme has closed"):
        matching.accept_invitation(invited, message=None, actor=volunteer, now=now)
    found = matching_queries.get_open_request(
        matching_queries.get_my_facts(mine, today=now.date()), ask.id, today=now.date()
    )
    with pytest.raises(DomainError, match="programme has closed"):
        matching.express_interest(found, message="I would like to.", actor=mine, now=now)
    with pytest.raises(DomainError, match="cannot be invited now"):
        matching.invite(ask, eager.id, message="Please come.", actor=viewer_of(director_of(ask)), now=now)


def test_its_requests_do_not_fit_anybody(client: Any) -> None:
    ask, volunteer = make_request(title="Triage on paper"), make_fitting_volunteer()
    client.sign_in(volunteer.account.email)
    assert "Triage on paper" in client.get("/find?fits=1").text
    close(ask)
    assert "Triage on paper" not in client.get("/find?fits=1").text
    text = client.get(f"/find/{ask.id}").text
    assert "programme has closed" in text
    assert 'name="words"' not in text


def test_a_directors_late_answer_counts_while_the_request_is_open(app: Flask, clock: TestClock) -> None:
    match = make_match()
    now = clock.advance(days=8)
    assert match.respond_by_at < now
    assert approve(match, now).match is match


def test_after_the_requests_last_day_nobody_is_approved_even_before_the_job_ran(app: Flask, clock: TestClock) -> None:
    match = make_match()
    now = clock.advance(days=29)
    with pytest.raises(Conflict, match="last day to respond"):
        approve(match, now)
