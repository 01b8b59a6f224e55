"""The negative control of the races: the same service with its guards off. Never for real use.

A seat is taken by counting and then writing, no version is compared, hours are checked without a lock, and SQLite's
transactions are the driver's own. `tests/races` must see this service give one seat twice and count hours twice.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.app import create_app
from volunteer_hub.audit import service as audit
from volunteer_hub.core import db as database
from volunteer_hub.core.errors import Conflict
from volunteer_hub.hours import service as hours
from volunteer_hub.matching.models import Match
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement


def take_seat_unguarded(request: PartnerRequest, *, actor: Any, now: dt.datetime) -> bool:
    """Replace `take_seat` by a version with a race: others count between this count and its commit."""
    taken = database.db.session.scalar(sa.select(sa.func.count(Placement.id)).where(Placement.request_id == request.id))
    if taken >= request.seats or request.state is not RequestState.OPEN:
        raise Conflict("All seats of this request are taken.", code="all_seats_taken")
    if taken + 1 == request.seats:
        audit.move(request, RequestState.FILLED, actor=actor, now=now)
    return bool(taken + 1 == request.seats)


def create_unguarded_app() -> Any:
    """Return the application with its guards off."""
    database.prepare_engine = lambda _engine: None  # type: ignore[assignment]
    requests.take_seat = take_seat_unguarded  # type: ignore[assignment]
    hours.lock_volunteer = lambda _volunteer_id: None
    hours.queries.lock_placement = lambda _placement: None
    application = create_app()
    sa.orm.configure_mappers()
    for model in (Match, PartnerRequest):
        sa.inspect(model).version_id_col = None
    return application


app = create_unguarded_app()
