"""The workplan, and the start and early end of a placement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.notices import SEAT_NEWS_PERIOD
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.placements import emails, queries, rules
from volunteer_hub.placements.models import Objective, Placement
from volunteer_hub.placements.rules import PlacementAction
from volunteer_hub.placements.service.permissions import list_start_blockers
from volunteer_hub.placements.states import PlacementState

NOT_PERMITTED = _l("Only the volunteer and the hospital may do this.")


def change_plan(
    placement: Placement,
    *,
    objectives: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    weekly_minutes: int,
    channel: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Change the workplan: a new version, to which only the actor's side has agreed.

    Raises Forbidden for an actor who is neither side, Conflict when the placement is over, DomainError
    for an invalid plan.
    """
    by_volunteer = require_side(placement, actor)
    _require_open_plan(placement)
    earliest_on = now.date() if rules.is_planned(placement.state) else placement.starts_on
    if starts_on == placement.starts_on:
        earliest_on = starts_on
    rules.check_plan(
        objectives=objectives,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=weekly_minutes,
        earliest_on=earliest_on,
        latest_on=max(placement.request.programme.ends_on, placement.ends_on),
    )
    existing = {objective.position: objective for objective in placement.objectives}
    placement.objectives = [
        _objective(existing.get(position), position, text) for position, text in enumerate(objectives, 1)
    ]
    placement.starts_on, placement.ends_on = starts_on, ends_on
    placement.weekly_minutes, placement.channel = weekly_minutes, channel
    placement.workplan_version += 1
    _agree(placement, by_volunteer=by_volunteer)
    audit.record("placement.plan_changed", placement, actor=actor, now=now, plan=placement.workplan_version)
    emails.notify_workplan_changed(placement, by_volunteer=by_volunteer, sender=actor.name, now=now)


def _objective(row: Objective | None, position: int, text: str) -> Objective:
    if row is None:
        return Objective(position=position, text=text)
    row.text = text
    return row


def require_side(placement: Placement, actor: Viewer) -> bool:
    """Return True if the actor is the volunteer, False if they act for the hospital. Raises Forbidden otherwise."""
    if queries.is_volunteer(placement, actor):
        return True
    if queries.is_partner(placement, actor):
        return False
    raise Forbidden(NOT_PERMITTED, code="not_a_side_of_placement")


def _require_open_plan(placement: Placement) -> None:
    if placement.state not in rules.STATES_ALLOWING[PlacementAction.CHANGE_PLAN]:
        raise Conflict(_("This placement is over; its plan can no longer be changed."), code="placement_over")


def _agree(placement: Placement, *, by_volunteer: bool) -> None:
    if by_volunteer:
        placement.volunteer_agreed_version = placement.workplan_version
    else:
        placement.partner_agreed_version = placement.workplan_version


def agree(placement: Placement, *, plan: int, actor: Viewer, now: dt.datetime) -> None:
    """Agree to version `plan` for the actor's side. Raises Conflict when the plan has changed since."""
    by_volunteer = require_side(placement, actor)
    _require_open_plan(placement)
    if plan != placement.workplan_version:
        raise Conflict(
            _("The plan was changed since you opened it. Read it again before you agree."), code="plan_changed"
        )
    _agree(placement, by_volunteer=by_volunteer)
    audit.record("placement.plan_agreed", placement, actor=actor, now=now, plan=plan)
    if placement.volunteer_agrees and placement.partner_agrees:
        emails.notify_workplan_agreed(placement, now=now)


def start(placement: Placement, *, actor: Viewer, now: dt.datetime) -> None:
    """Start the placement. Raises Conflict, with the code of the first blocker, when something prevents it."""
    require_side(placement, actor)
    blockers = list_start_blockers(placement, today=now.date())
    if blockers:
        raise Conflict(
            _("The placement cannot start yet: see on its page what it still waits for."), code="start_blocked"
        )
    audit.move(placement, PlacementState.ACTIVE, actor=actor, now=now)
    emails.notify_started(placement, now=now)


def end_early(placement: Placement, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """End a placement early: free its seat and return the unspent money to the fund."""
    if not actor.is_staff:
        require_side(placement, actor)
    audit.move(placement, PlacementState.ENDED_EARLY, actor=actor, now=now, note=reason)
    placement.end_reason = reason
    placement.match.ended_at, placement.match.ended_early = now, True
    # The request before the fund, as in `approve`: the same lock order everywhere prevents deadlocks.
    requests.free_seat(placement.request, actor=actor, now=now)
    if placement.allocation:
        budgets.return_unspent(placement.allocation, actor=actor, now=now)
    emails.notify_ended_early(placement, sender=actor.name, now=now)


def notify_seats_available(now: dt.datetime) -> int:
    """Tell volunteers who were not chosen that the early end of a placement freed a seat (a job).

    The hospital has been told already. Returns the number of people told.
    """
    ended = [placement.match for placement in queries.list_ended_with_free_seat(since=now - SEAT_NEWS_PERIOD)]
    return sum(
        matching.notify_seat_available(match, freed_at=match.ended_at, include_hosts=False, now=now)
        for match in ended
        if match.ended_at
    )
