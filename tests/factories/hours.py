"""Hours entries in any state, created by the services and committed without their e-mails."""

from __future__ import annotations

import datetime as dt

from tests.factories.accounts import viewer_of
from tests.factories.matching import director_of, discard_mail
from tests.factories.placements import make_placement
from volunteer_hub.core import clock
from volunteer_hub.hours import service
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState


def make_entry(
    placement: Placement | None = None,
    state: HoursState = HoursState.LOGGED,
    *,
    worked_on: dt.date | None = None,
    minutes: int = 60,
    kind: HoursKind = HoursKind.DELIVERY,
    start: int | None = None,
    note: str | None = None,
    at: dt.datetime | None = None,
) -> HoursEntry:
    """Create an entry, of today by default. Queried and confirmed ones were reviewed by a director."""
    now = at or clock.now()
    placement = placement or make_placement(state=PlacementState.ACTIVE)
    volunteer = viewer_of(placement.volunteer.account)
    with discard_mail():
        entry = service.log(
            placement,
            worked_on=worked_on or now.date(),
            minutes=minutes,
            kind=kind,
            note=note,
            start=start,
            actor=volunteer,
            now=now,
        )
        host = viewer_of(director_of(placement.request))
        if state is HoursState.CONFIRMED:
            service.confirm(entry, version=str(entry.version), actor=host, now=now)
        elif state is HoursState.QUERIED:
            service.query(entry, message="Was that on Tuesday?", actor=host, now=now)
        elif state is HoursState.WITHDRAWN:
            service.withdraw(entry, actor=volunteer, now=now)
    return entry
