"""Approval of a match by the director."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import queries as budget_queries
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit import explain
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching_queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import hospital_today
from volunteer_hub.partner_requests.rules import has_deadline_passed
from volunteer_hub.placements import emails, rules
from volunteer_hub.placements.models import Objective, Placement
from volunteer_hub.placements.service.manager_release import request_release
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.rules import require_not_closed


def approve(
    match: Match,
    *,
    starts_on: dt.date,
    objective: str,
    allocation_minor: int,
    message: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> Placement:
    """Approve a match: take the seat, create the placement, allocate the money, request the release, queue e-mails.

    Everything is one transaction. `allocation_minor` is in minor units of the programme's currency; 0
    allocates nothing. Raises Conflict when the match is decided already or no seat is free, Forbidden
    when the actor may not approve or there is no data-sharing agreement, DomainError when a gate has
    closed, the plan is not possible or the fund has not enough.
    """
    matching_queries.lock_volunteer(match.volunteer_id)
    _check_approval(match, actor=actor, now=now)
    request = match.request
    ends_on = _plan_end(request, starts_on=starts_on, objective=objective, now=now)
    last = requests.take_seat(request, actor=actor, now=now)
    audit.move(match, MatchState.APPROVED, actor=actor, now=now, note=message)
    match.decided_by_id, match.decided_at, match.reason_message = actor.account_id, now, message
    placement = _insert_placement(
        match, objective=objective, starts_on=starts_on, ends_on=ends_on, actor=actor, now=now
    )
    audit.record("placement.planned", placement, actor=actor, now=now, match=match.id)
    if allocation_minor:
        _allocate(placement, allocation_minor, actor=actor, now=now)
    if request.programme.needs_release:
        request_release(placement, actor=actor, now=now)
    emails.notify_approved(placement, message=message, now=now)
    if last:
        matching.decline_remaining(request, winner=match, now=now)
    return placement


def _plan_end(request: PartnerRequest, *, starts_on: dt.date, objective: str, now: dt.datetime) -> dt.date:
    """Return the last day of the work. Raises DomainError when the plan is not possible."""
    ends_on = rules.compute_last_day(starts_on, request.weeks or 1)
    rules.check_plan(
        objectives=[objective],
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=request.weekly_minutes or 0,
        earliest_on=now.date(),
        latest_on=request.programme.ends_on,
    )
    return ends_on


def _insert_placement(
    match: Match, *, objective: str, starts_on: dt.date, ends_on: dt.date, actor: Viewer, now: dt.datetime
) -> Placement:
    """Insert the placement of an approved match, with a first workplan from the request."""
    request = match.request
    placement = Placement(
        match_id=match.id,
        request_id=request.id,
        volunteer_id=match.volunteer_id,
        director_id=actor.account_id,
        state=PlacementState.PLANNED,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=request.weekly_minutes or 0,
        workplan_version=1,
        created_at=now,
    )
    placement.objectives = [Objective(position=1, text=objective)]
    placement.match, placement.request, placement.volunteer = match, request, match.volunteer
    db.session.add(placement)
    db.session.flush()
    return placement


def _check_approval(match: Match, *, actor: Viewer, now: dt.datetime) -> None:
    today = now.date()
    institution = match.request.institution
    if not actor.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id):
        raise Forbidden(_("Only a Director for this hospital approves."), code="approval_not_permitted")
    if match.volunteer.account_id == actor.account_id:
        raise Forbidden(_("Nobody approves their own match. Ask your deputy or another Director."), code="own_match")
    if match.state is not MatchState.ACCEPTED:
        raise Conflict(
            _("This match has already been decided, or the volunteer has withdrawn."), code="match_already_decided"
        )
    # The director may answer after the match's own respond-by date, which only triggers reminders. The
    # request's last day to respond is binding, even before the job has expired the request.
    if has_deadline_passed(match.request.respond_by_on, today=hospital_today(match.request, now=now)):
        raise Conflict(
            _("The last day to respond to this request has passed, so it ends with all who wait."),
            code="request_expired",
        )
    require_not_closed(match.request.programme.state)
    if not shares_data(institution.id, today=today):
        raise Forbidden(matching.NO_AGREEMENT, code="agreement_missing")
    # The request's state and its seats are checked by take_seat, in one statement.
    fit = matching_queries.get_candidate(match, today=today).fit
    closed = [gate for gate in fit.failed_gates if gate.gate.value != "not_open"]
    if closed:
        raise DomainError(explain.explain_refusal(closed), code=closed[0].gate.value)


def _allocate(placement: Placement, amount_minor: int, *, actor: Viewer, now: dt.datetime) -> None:
    programme = placement.request.programme
    fund = budget_queries.find_fund(programme.id, programme.currency)
    if fund is None:
        raise DomainError(
            _("No money has come in for this programme yet."),
            field="allocation",
            code="fund_missing",
        )
    try:
        allocation = budgets.allocate(fund, amount_minor, purpose=f"placement:{placement.id}", actor=actor, now=now)
    except DomainError as error:
        error.field = "allocation"
        raise
    placement.allocation_id = allocation.id
