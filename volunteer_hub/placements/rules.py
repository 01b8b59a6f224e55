"""Limits of a workplan, who may do what with a placement, and when. Plain values in, plain values out."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.placements.states import PlacementState, ReleaseState

MAX_OBJECTIVES = 4
MAX_OBJECTIVE_CHARS = 300
LOGGING_GRACE_PERIOD = dt.timedelta(days=14)
"""How long after its last day a placement stays active, so that the last hours can still be logged."""


class PlacementAction(enum.StrEnum):
    """A step that a person can take with a placement."""

    CHANGE_PLAN = "change_plan"
    AGREE = "agree"
    START = "start"
    REQUEST_RELEASE = "request_release"
    LOG_HOURS = "log_hours"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    END = "end"


A, P = PlacementAction, PlacementState
STATES_ALLOWING = {
    A.CHANGE_PLAN: frozenset({P.PLANNED, P.ACTIVE}),
    A.AGREE: frozenset({P.PLANNED, P.ACTIVE}),
    A.START: frozenset({P.PLANNED}),
    A.REQUEST_RELEASE: frozenset({P.PLANNED}),
    A.LOG_HOURS: frozenset({P.ACTIVE, P.PAUSED}),  # a paused one may have hours from before the pause
    A.PAUSE: frozenset({P.ACTIVE}),
    A.RESUME: frozenset({P.PAUSED}),
    A.COMPLETE: frozenset({P.ACTIVE}),
    A.END: frozenset({P.PLANNED, P.ACTIVE, P.PAUSED}),
}


@dataclass(frozen=True)
class PlacementRelation:
    """What a viewer is to a placement. `is_partner`: its hospital's contact or director."""

    is_volunteer: bool
    is_partner: bool
    is_director: bool
    is_staff: bool

    @property
    def takes_part(self) -> bool:
        """Return whether the viewer is one of the two sides."""
        return self.is_volunteer or self.is_partner


def is_permitted(action: PlacementAction, relation: PlacementRelation) -> bool:
    """Return whether somebody of that relation may take the action at all, in a state that allows it."""
    if action is A.LOG_HOURS:
        return relation.is_volunteer
    if action is A.REQUEST_RELEASE:
        return relation.is_director or relation.is_staff
    if action in {A.PAUSE, A.RESUME, A.END}:
        return relation.takes_part or relation.is_staff
    return relation.takes_part


def can(relation: PlacementRelation, action: PlacementAction, state: PlacementState) -> bool:
    """Return whether somebody of that relation may take the action in that state."""
    return state in STATES_ALLOWING[action] and is_permitted(action, relation)


def is_planned(state: PlacementState) -> bool:
    """Return whether the placement has neither started nor ended."""
    return state is PlacementState.PLANNED


def is_paused(state: PlacementState) -> bool:
    """Return whether the placement rests."""
    return state is PlacementState.PAUSED


def awaits_release(release: ReleaseState | None, state: PlacementState) -> bool:
    """Return whether the placement waits for its line manager, who has not answered or has refused."""
    return release in {ReleaseState.WAITING, ReleaseState.REFUSED} and is_planned(state)


def can_answer_release(release: ReleaseState) -> bool:
    """Return whether the line manager has not answered yet."""
    return release is ReleaseState.WAITING


def check_plan(
    *,
    objectives: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    weekly_minutes: int,
    earliest_on: dt.date,
    latest_on: dt.date,
) -> None:
    """Validate a workplan: 1 to MAX_OBJECTIVES objectives, positive hours, dates in order and within bounds.

    The start may not be before `earliest_on`, the end not after `latest_on`. Raises DomainError with the field.
    """
    if not objectives:
        raise DomainError(_("Write at least one objective."), field="objective_1", code="objective_missing")
    if len(objectives) > MAX_OBJECTIVES:
        raise DomainError(
            _("Write at most %(most)s objectives.", most=MAX_OBJECTIVES),
            field="objective_1",
            code="too_many_objectives",
        )
    if starts_on < earliest_on:
        raise DomainError(_("The start cannot be in the past."), field="starts_on", code="start_in_past")
    if ends_on < starts_on:
        raise DomainError(_("The end cannot be before the start."), field="ends_on", code="end_before_start")
    if ends_on > latest_on:
        raise DomainError(
            _("The programme ends on %(day)s; the work cannot last longer.", day=f"{latest_on:%d %B %Y}"),
            field="starts_on",
            code="end_after_programme",
        )
    if ends_on > starts_on + dt.timedelta(days=731):
        raise DomainError(_("A placement lasts two years at most."), field="ends_on", code="placement_too_long")
    if weekly_minutes <= 0:
        raise DomainError(_("Enter the hours a week."), field="weekly_minutes", code="weekly_hours_missing")


def list_start_blockers(
    *,
    state: PlacementState,
    starts_on: dt.date,
    today: dt.date,
    volunteer_agrees: bool,
    partner_agrees: bool,
    release: ReleaseState | None,
) -> list[str]:
    """Return the codes of what prevents the start; empty when the placement may start.

    The codes are plan_volunteer, plan_partner, release (no answer yet), refused, date, and state (not planned).
    `release` is None when the programme needs none.
    """
    if not is_planned(state):
        return ["state"]
    blockers = []
    if not volunteer_agrees:
        blockers.append("plan_volunteer")
    if not partner_agrees:
        blockers.append("plan_partner")
    if release is ReleaseState.WAITING:
        blockers.append("release")
    if release is ReleaseState.REFUSED:
        blockers.append("refused")
    if today < starts_on:
        blockers.append("date")
    return blockers


def compute_last_day(starts_on: dt.date, weeks: int) -> dt.date:
    """Return the last day of a placement that begins on `starts_on` and lasts `weeks` whole weeks."""
    return starts_on + dt.timedelta(days=7 * weeks - 1)


def may_complete(state: PlacementState, *, ends_on: dt.date, today: dt.date) -> bool:
    """Return whether a placement can be completed: it is active, and its last day has come."""
    return state in STATES_ALLOWING[A.COMPLETE] and today >= ends_on
