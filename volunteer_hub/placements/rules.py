"""Limits of a workplan, and when a placement may start. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from volunteer_hub.core.errors import DomainError
from volunteer_hub.placements.states import PlacementState, ReleaseState

MAX_OBJECTIVES = 4
MAX_OBJECTIVE_CHARS = 300
LOGGING_GRACE_PERIOD = dt.timedelta(days=14)
"""How long after its last day a placement stays active, so that the last hours can be logged."""


def check_plan(
    *,
    objectives: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    weekly_minutes: int,
    earliest_on: dt.date,
    latest_on: dt.date,
) -> None:
    """Refuse a workplan without an objective, with dates the wrong way round, or begun before today."""
    if not objectives:
        raise DomainError("Write at least one objective.", field="objective_1")
    if len(objectives) > MAX_OBJECTIVES:
        raise DomainError(f"Write at most {MAX_OBJECTIVES} objectives.", field="objective_1")
    if starts_on < earliest_on:
        raise DomainError("The start cannot be in the past.", field="starts_on")
    if ends_on < starts_on:
        raise DomainError("The end cannot be before the start.", field="ends_on")
    if ends_on > latest_on:
        raise DomainError(
            f"The programme ends on {latest_on:%d %B %Y}; the work cannot last longer.", field="starts_on"
        )
    if ends_on > starts_on + dt.timedelta(days=731):
        raise DomainError("A placement lasts two years at most.", field="ends_on")
    if weekly_minutes <= 0:
        raise DomainError("Enter the hours a week.", field="weekly_minutes")


def list_start_blockers(
    *,
    state: PlacementState,
    starts_on: dt.date,
    today: dt.date,
    volunteer_agrees: bool,
    partner_agrees: bool,
    release: ReleaseState | None,
) -> list[str]:
    """Codes of what a placement still waits for: plan_volunteer, plan_partner, release, refused, date, state."""
    if state is not PlacementState.PLANNED:
        return ["state"]
    waits = []
    if not volunteer_agrees:
        waits.append("plan_volunteer")
    if not partner_agrees:
        waits.append("plan_partner")
    if release is ReleaseState.WAITING:
        waits.append("release")
    if release is ReleaseState.REFUSED:
        waits.append("refused")
    if today < starts_on:
        waits.append("date")
    return waits


def compute_last_day(starts_on: dt.date, weeks: int) -> dt.date:
    """The last day of a placement that begins on `starts_on` and lasts `weeks` whole weeks."""
    return starts_on + dt.timedelta(days=7 * weeks - 1)


def may_complete(state: PlacementState, *, ends_on: dt.date, today: dt.date) -> bool:
    """Whether the work can be called done: it is active, and its last day has come."""
    return state is PlacementState.ACTIVE and today >= ends_on
