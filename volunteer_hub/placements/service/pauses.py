"""A break in the work, and its end as planned."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.placements import emails, queries, rules
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.service.workplan import require_side
from volunteer_hub.placements.states import PlacementState


def pause(placement: Placement, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """The work rests for a while. The seat and the money stay with it; hours can still be logged."""
    if not actor.is_staff:
        require_side(placement, actor)
    audit.move(placement, PlacementState.PAUSED, actor=actor, now=now, words=reason)
    emails.notify_paused(placement, message=reason, actor=actor, now=now)


def resume(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The work goes on after a break. Raises Conflict for a placement that does not rest."""
    if not actor.is_staff:
        require_side(placement, actor)
    if placement.state is not PlacementState.PAUSED:
        raise Conflict("This placement is not paused. Somebody may have acted before you.")
    audit.move(placement, PlacementState.ACTIVE, actor=actor, now=now, words=message)
    emails.notify_resumed(placement, message=message, actor=actor, now=now)


def complete(placement: Placement, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """One side says that the work is done, on or after its last day. Raises Conflict before that day."""
    require_side(placement, actor)
    if not rules.may_complete(placement.state, ends_on=placement.ends_on, today=now.date()):
        raise Conflict("A placement is completed while it is active, from its last day on. Change the plan or end it.")
    _complete(placement, words=message, actor=actor, now=now)


def complete_placements(now: dt.datetime) -> int:
    """A job: what is still active two weeks after its last day is completed. Gives the number."""
    over = queries.list_overdue(last_on=now.date() - rules.LOGGING_GRACE_PERIOD)
    for placement in over:
        _complete(placement, words=None, actor=None, now=now)
    return len(over)


def _complete(placement: Placement, *, words: str | None, actor: Viewer | None, now: dt.datetime) -> None:
    audit.move(placement, PlacementState.COMPLETED, actor=actor, now=now, words=words)
    placement.match.ended_at = now
    # The seat stays taken: what was asked for has been done, so the request is not open again.
    if placement.allocation:
        budgets.return_unspent(placement.allocation, actor=actor, now=now)
    emails.notify_completed(placement, message=words, actor=actor, now=now)
