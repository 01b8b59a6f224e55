"""Approval of a match: seat, money, placement and e-mails together, or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_fund, make_placement
from tests.support.audit_log import Action, list_actions
from tests.support.queued_mail import mails
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState, Reason
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements import service
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.volunteers.states import VolunteerState


@pytest.fixture
def match(app: Any, director: Any) -> Match:
    """A match that awaits approval for the only seat; the fund holds 1,000.00."""
    match = make_match(director=director)
    make_fund(match.request.programme, 100_000)
    return match


def approve(browser: Any, match: Match, **answers: Any) -> Any:
    defaults = {
        "starts_on": "2027-01-11",
        "objective": "Audits every month",
        "allocation": "250.00",
        "message": "Welcome!",
    }
    return browser.submit(f"/matches/{match.id}/approve", **(defaults | answers))


def list_placements() -> list[Placement]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Placement)))


def is_untouched(match: Match) -> bool:
    """Return whether an approval has left no trace."""
    fund = db.session.scalars(sa.select(Fund)).one()
    return (
        list_placements() == []
        and (match.state, match.decided_by_id) == (MatchState.ACCEPTED, None)
        and (match.request.seats_filled, match.request.state) == (0, RequestState.OPEN)
        and fund.allocated_minor == 0
        and mails() == set()
        and list(budgets.list_faults()) == []
    )


def test_approval_takes_seat_and_money_and_notifies_everybody(as_: Any, director: Any, match: Match) -> None:
    other = make_match(match.request, director=director)
    assert approve(as_(director), match).status_code == 303
    [placement] = list_placements()
    assert (match.state, match.decided_by_id) == (MatchState.APPROVED, director.id)
    assert (match.request.seats_filled, match.request.state) == (1, RequestState.FILLED)
    assert (placement.state, placement.director_id) == (PlacementState.PLANNED, director.id)
    assert placement.ends_on == dt.date(2027, 1, 11) + dt.timedelta(days=55)
    assert [objective.text for objective in placement.objectives] == ["Audits every month"]
    assert placement.allocation is not None
    assert (placement.allocation.amount_minor, placement.allocation.currency) == (25_000, "GBP")
    assert (other.state, other.reason) == (MatchState.DECLINED, Reason.SEATS_FILLED)
    assert mails() == {
        ("placement_approved", match.volunteer.account.email),
        ("placement_for_partner", match.request.contact.email),
        ("seats_filled", other.volunteer.account.email),
    }
    acts = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert acts >= {
        "match.approved",
        "placement.planned",
        "allocation.made",
        "partner_request.seat_taken",
        "partner_request.filled",
    }


def test_form_defaults_to_the_requests_start_and_the_programmes_allocation(
    as_: Any, director: Any, match: Match
) -> None:
    text = as_(director).get(f"/matches/{match.id}/approve").text
    assert match.request.earliest_start_on.isoformat() in text
    assert 'value="500.00"' in text
    assert "£1,000.00 free" in text


def test_insufficient_fund_refuses_and_leaves_no_trace(as_: Any, director: Any, match: Match) -> None:
    reply = approve(as_(director), match, allocation="1000.01")
    assert reply.status_code == 422
    assert "not enough money free" in reply.text
    assert "Welcome!" in reply.text
    assert is_untouched(match)


@pytest.mark.parametrize(
    "answers",
    [{"allocation": a} for a in ("1e2", "NaN", "-1", "１０", "", "10.001")]
    + [{"starts_on": d} for d in ("", "2027-02-30", "2026-11-19", "tomorrow")]
    + [{"objective": ""}, {"objective": "x" * 301}],
)
def test_invalid_answers_leave_no_trace(as_: Any, director: Any, match: Match, answers: dict[str, str]) -> None:
    assert approve(as_(director), match, **answers).status_code == 422
    assert is_untouched(match)


def test_allocation_of_zero_needs_no_fund(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    assert "enter 0" in as_(director).get(f"/matches/{match.id}/approve").text
    assert approve(as_(director), match, allocation="1").status_code == 422
    assert approve(as_(director), match, allocation="0").status_code == 303
    assert list_placements()[0].allocation is None


def test_only_a_director_of_that_country_approves(as_: Any, director: Any, match: Match) -> None:
    for account in (
        make_account(Role.COORDINATOR),
        make_account(Role.DIRECTOR, country="NP"),
        make_account(Role.PARTNER, institution_id=match.request.institution_id),
        match.volunteer.account,
    ):
        with pytest.raises(Forbidden):
            service.approve(
                match,
                starts_on=dt.date(2027, 1, 11),
                objective="x",
                allocation_minor=0,
                message=None,
                actor=viewer_of(account),
                now=clock.now(),
            )
        db.session.rollback()
    assert is_untouched(match)


def test_own_match_cannot_be_approved(as_: Any, director: Any) -> None:
    both = make_account(Role.DIRECTOR, Role.VOLUNTEER, country="UG")
    match = make_match(volunteer=make_fitting_volunteer(account=both), director=director)
    make_fund(match.request.programme)
    reply = approve(as_(both), match)
    assert reply.status_code == 422
    assert "Nobody approves their own match" in reply.text
    assert is_untouched(match)


@pytest.mark.parametrize("state", [MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.PROPOSED, MatchState.EXPIRED])
def test_only_an_accepted_match_can_be_approved(as_: Any, director: Any, state: MatchState) -> None:
    match = make_match(state=state, director=director)
    assert approve(as_(director), match, allocation="0").status_code == 409
    assert list_placements() == []


def test_a_match_can_be_approved_only_once(as_: Any, director: Any, match: Match) -> None:
    browser = as_(director)
    form = next(f for f in browser.forms(f"/matches/{match.id}/approve") if "objective" in f["data"])
    assert browser.post(f"/matches/{match.id}/approve", data=form["data"]).status_code == 303
    assert browser.post(f"/matches/{match.id}/approve", data=form["data"]).status_code == 303
    again = form["data"] | {"form_key": "another"}
    assert browser.post(f"/matches/{match.id}/approve", data=again).status_code == 409
    assert len(list_placements()) == 1


def test_a_gate_that_has_closed_refuses_approval(as_: Any, director: Any, match: Match) -> None:
    match.volunteer.state = VolunteerState.LAPSED
    reply = approve(as_(director), match)
    assert reply.status_code == 422
    assert "Not every readiness check" in reply.text
    assert is_untouched(match)


def test_capacity_counts_unfinished_placements(app: Any, director: Any) -> None:
    volunteer = make_fitting_volunteer(capacity=1)
    first, second = (make_match(volunteer=volunteer, director=director) for _ in range(2))
    placement = make_placement(first, director=director)
    with pytest.raises(DomainError, match="already as many placements"):
        make_placement(second, director=director)
    db.session.rollback()
    service.end_early(placement, reason="Over.", actor=viewer_of(director), now=clock.now())
    db.session.commit()
    assert make_placement(second, director=director).state is PlacementState.PLANNED


def test_a_required_release_without_a_manager_refuses_approval(app: Any, director: Any) -> None:
    institution = make_institution()
    programme = make_programme(institution, needs_release=True)
    fund = make_fund(programme)
    volunteer = make_fitting_volunteer(manager_name=None, manager_email=None)
    match = make_match(make_request(institution=institution), volunteer, director=director)
    with pytest.raises(DomainError, match="names none"):
        make_placement(match, director=director)
    db.session.rollback()
    assert fund.allocated_minor == 0
    assert is_untouched(match)


def test_approval_of_one_of_two_seats_leaves_the_others_waiting(app: Any, director: Any, now: dt.datetime) -> None:
    match = make_match(make_request(seats=2), director=director)
    other = make_match(match.request, director=director)
    make_fund(match.request.programme)
    placement = service.approve(
        match,
        starts_on=now.date(),
        objective="Audits every month.",
        allocation_minor=100,
        message="Welcome!",
        actor=viewer_of(director),
        now=now,
    )
    assert (other.state, match.request.state) == (MatchState.ACCEPTED, RequestState.OPEN)
    assert (match.decided_at, match.reason_message) == (now, "Welcome!")
    assert (placement.workplan_version, [objective.position for objective in placement.objectives]) == (1, [1])
    assert placement.weekly_minutes == match.request.weekly_minutes
    assert list_actions(match)[-1] == Action("match.approved", director.id, "Welcome!")
    assert list_actions(placement) == [Action("placement.planned", director.id)]
    details = db.session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == "placement.planned"))
    assert list(details) == [f'{{"match":{match.id}}}']
    assert list_actions(placement.allocation) == [Action("allocation.made", director.id)]
    assert placement.allocation.purpose == f"placement:{placement.id}"


def approve_now(match: Match, director: Any, now: dt.datetime, **changed: Any) -> Placement:
    """Approve at the service, where no page has asked before."""
    answers = {"starts_on": now.date(), "objective": "Audits.", "allocation_minor": 0, "message": None} | changed
    return service.approve(match, **answers, actor=viewer_of(director), now=now)


def test_the_service_refuses_a_closed_programme(match: Match, director: Any, now: dt.datetime) -> None:
    match.request.programme.state = ProgrammeState.CLOSED
    with pytest.raises(DomainError) as refusal:
        approve_now(match, director, now)
    assert refusal.value.code == "programme_closed"


def test_the_service_refuses_a_hospital_without_agreement(match: Match, director: Any, now: dt.datetime) -> None:
    db.session.execute(sa.delete(DataSharingAgreement))
    with pytest.raises(DomainError) as refusal:
        approve_now(match, director, now)
    assert refusal.value.code == "agreement_missing"


@pytest.mark.parametrize(("days_left", "is_possible"), [(0, True), (-1, False)])
def test_the_work_fits_into_the_programme_to_the_day(
    match: Match, director: Any, now: dt.datetime, days_left: int, is_possible: bool
) -> None:
    weeks = match.request.weeks
    match.request.programme.ends_on = now.date() + dt.timedelta(days=7 * weeks - 1 + days_left)
    if is_possible:
        assert approve_now(match, director, now).ends_on == match.request.programme.ends_on
        return
    with pytest.raises(DomainError) as refusal:
        approve_now(match, director, now)
    assert refusal.value.code == "end_after_programme"
