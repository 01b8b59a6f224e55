"""Pauses of a placement, and its completion."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.placements import emails, queries, rules
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.service.workplan import require_side
from volunteer_hub.placements.states import PlacementState


def pause(placement: Placement, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Pause an active placement. It keeps its seat and its money, and hours can still be logged.

    Raises Forbidden for an actor who is neither staff nor one of the two sides.
    """
    if not actor.is_staff:
        require_side(placement, actor)
    audit.move(placement, PlacementState.PAUSED, actor=actor, now=now, note=reason)
    emails.notify_paused(placement, message=reason, actor=actor, now=now)


def resume(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Resume a paused placement. Raises Forbidden as `pause` does, Conflict when it is not paused."""
    if not actor.is_staff:
        require_side(placement, actor)
    if not rules.is_paused(placement.state):
        raise Conflict(
            _("This placement is not paused. Somebody may have acted before you."), code="placement_not_paused"
        )
    audit.move(placement, PlacementState.ACTIVE, actor=actor, now=now, note=message)
    emails.notify_resumed(placement, message=message, actor=actor, now=now)


def complete(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Complete an active placement, on or after its last day. Raises Conflict before that day."""
    require_side(placement, actor)
    if not rules.may_complete(placement.state, ends_on=placement.ends_on, today=now.date()):
        raise Conflict(
            _("A placement is completed while it is active, from its last day on. Change the plan or end it."),
            code="placement_not_completable",
        )
    _complete(placement, message=message, actor=actor, now=now)


def complete_placements(now: dt.datetime) -> int:
    """Complete placements that are still active LOGGING_GRACE_PERIOD after their last day (a job).

    Returns their number.
    """
    overdue = queries.list_overdue(last_on=now.date() - rules.LOGGING_GRACE_PERIOD)
    for placement in overdue:
        _complete(placement, message=None, actor=None, now=now)
    return len(overdue)


def _complete(placement: Placement, *, message: str | None, actor: Viewer | None, now: dt.datetime) -> None:
    audit.move(placement, PlacementState.COMPLETED, actor=actor, now=now, note=message)
    placement.match.ended_at = now
    # The seat stays taken: the request has been fulfilled, so it does not open again.
    if placement.allocation:
        budgets.return_unspent(placement.allocation, actor=actor, now=now)
    emails.notify_completed(placement, message=message, actor=actor, now=now)
