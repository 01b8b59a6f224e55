"""Whether a request's last day to respond is over: its days are the hospital's, on the hospital's clock.

Whoever asks has a day, which is the one in UTC, as rounds and lists go by it. For the present day the clock says on
which day each hospital is; any other day, of a story or of a trial, is taken for the hospital's own.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import sqlalchemy as sa

from volunteer_hub.core import clock, times
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.models import PartnerRequest

MAX_UTC_OFFSET = dt.timedelta(days=1)
"""No clock is further from UTC than this."""


def has_passed(respond_by_on: dt.date | None, zone: str, *, today: dt.date) -> bool:
    """Whether that last day is over at a hospital in `zone`. The clock is asked only where it may matter."""
    if respond_by_on is None or respond_by_on > today:
        return False
    if respond_by_on < today - MAX_UTC_OFFSET:
        return True
    instant = clock.now()
    return respond_by_on < (times.local_day(instant, zone) if instant.date() == today else today)


def not_passed_clause(today: dt.date) -> sa.ColumnElement[bool]:
    """The same as a clause on (PartnerRequest, Institution): the last day is not over, or there is none."""
    last, instant = PartnerRequest.respond_by_on, clock.now()
    if instant.date() != today:
        return sa.or_(last.is_(None), last >= today)
    ahead, behind = zones_ahead_and_behind(instant)
    zone = Institution.time_zone
    return sa.or_(
        last.is_(None),
        last > today,
        sa.and_(last == today, zone.not_in(ahead)),
        sa.and_(last == today - MAX_UTC_OFFSET, zone.in_(behind)),
    )


def zones_ahead_and_behind(instant: dt.datetime) -> tuple[list[str], list[str]]:
    """The zones in which it is tomorrow, and those in which it is yesterday. Days begin on quarters of an hour."""
    return _elsewhere(instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0))


@lru_cache(maxsize=8)
def _elsewhere(quarter: dt.datetime) -> tuple[list[str], list[str]]:
    today, days = quarter.date(), {name: times.local_day(quarter, name) for name in sorted(times.zone_names())}
    return [name for name in days if days[name] > today], [name for name in days if days[name] < today]
