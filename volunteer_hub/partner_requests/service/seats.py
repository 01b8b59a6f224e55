"""Seats: the only two functions that change `seats_filled`, by one conditional UPDATE each.

See docs/invariants.md, I8.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState


def take_seat(request: PartnerRequest, *, actor: Viewer | None, now: dt.datetime) -> bool:
    """Take one seat of an open request; with the last seat the request becomes filled.

    Returns whether it was the last seat. Raises Conflict when no seat is free or the request is not
    open. Check and update are one statement, so of several concurrent calls for one seat exactly one
    succeeds.
    """
    table = PartnerRequest
    free = sa.and_(table.seats_filled < table.seats, table.state == RequestState.OPEN)
    if not _update_seats(request, by=1, only_if=free, now=now):
        raise Conflict(_("All seats of this request are taken."), code="all_seats_taken")
    last = request.seats_filled == request.seats
    audit.record("partner_request.seat_taken", request, actor=actor, now=now, seats_filled=request.seats_filled)
    if last:
        audit.move(request, RequestState.FILLED, actor=actor, now=now)
        db.session.flush()
    return last


def free_seat(request: PartnerRequest, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Free one seat; a filled request becomes open again. Raises Conflict when no seat is taken."""
    if not _update_seats(request, by=-1, only_if=PartnerRequest.seats_filled > 0, now=now):
        raise Conflict(_("No seat of this request is taken, so none can be given back."), code="no_seat_taken")
    audit.record("partner_request.seat_freed", request, actor=actor, now=now, seats_filled=request.seats_filled)
    if request.state is RequestState.FILLED:
        audit.move(request, RequestState.OPEN, actor=actor, now=now)
        db.session.flush()


def _update_seats(request: PartnerRequest, *, by: int, only_if: sa.ColumnElement[bool], now: dt.datetime) -> bool:
    """Change the number of taken seats in one statement. Returns False, with no change, when `only_if` does not hold."""
    db.session.flush()
    table = PartnerRequest
    result: Any = db.session.execute(
        sa.update(table)
        .where(table.id == request.id, only_if)
        .values(seats_filled=table.seats_filled + by, version=table.version + 1, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        return False
    db.session.refresh(request)
    return True
