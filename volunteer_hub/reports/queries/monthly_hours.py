"""Hours by month: sums of entries, confirmed and not confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES, HoursState
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement


@dataclass(frozen=True)
class MonthlyHours:
    """Minutes worked in one month, and by how many people."""

    month_start: dt.date
    confirmed_minutes: int = 0
    unconfirmed_minutes: int = 0
    people: int = 0


def list_monthly_hours(viewer: Viewer | None, months: Sequence[dt.date]) -> list[MonthlyHours]:
    """Return the hours of each of `months` within the viewer's scope; one query. None stands for the whole service."""
    year, month = sa.extract("year", HoursEntry.worked_on), sa.extract("month", HoursEntry.worked_on)
    confirmed = sa.case((HoursEntry.state == HoursState.CONFIRMED, HoursEntry.minutes), else_=0)
    waiting = sa.case((HoursEntry.state != HoursState.CONFIRMED, HoursEntry.minutes), else_=0)
    statement: sa.Select[Any] = (
        sa.select(
            year.label("year"),
            month.label("month"),
            sa.func.sum(confirmed).label("confirmed"),
            sa.func.sum(waiting).label("waiting"),
            sa.func.count(sa.distinct(HoursEntry.volunteer_id)).label("people"),
        )
        .where(HoursEntry.state.in_(COUNTED_STATES), HoursEntry.worked_on >= months[0])
        .group_by(year, month)
        .order_by(year, month)
    )
    if viewer:
        statement = (
            statement.join(Placement, Placement.id == HoursEntry.placement_id)
            .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
            .join(Institution, Institution.id == PartnerRequest.institution_id)
            .where(in_scope(viewer, *HOSTS))
        )
    sums = {
        (int(row.year), int(row.month)): (int(row.confirmed), int(row.waiting), row.people)
        for row in db.session.execute(statement)
    }
    return [MonthlyHours(month, *sums.get((month.year, month.month), (0, 0, 0))) for month in months]
