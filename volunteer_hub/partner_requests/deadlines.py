"""Whether a request's last day to respond is over. That day ends at midnight in the hospital's time zone.

Callers pass `today` as a UTC date, because rounds and lists work with UTC dates. When it is the current UTC date, each
hospital's own date is worked out from the clock; any other date, as in the demonstration or in a test, is compared as
if it were the hospital's own.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import sqlalchemy as sa

from volunteer_hub.core import clock, times
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.models import PartnerRequest

MAX_UTC_OFFSET = dt.timedelta(days=1)
"""Upper bound for the difference between local time and UTC."""


def has_passed(respond_by_on: dt.date | None, zone: str, *, today: dt.date) -> bool:
    """Return whether the last day to respond is over at a hospital in time zone `zone`; False when there is none.

    Reads the clock only when the time zone can make a difference.
    """
    if respond_by_on is None or respond_by_on > today:
        return False
    if respond_by_on < today - MAX_UTC_OFFSET:
        return True
    instant = clock.now()
    return respond_by_on < (times.local_day(instant, zone) if instant.date() == today else today)


def not_passed_clause(today: dt.date) -> sa.ColumnElement[bool]:
    """Return the negation of `has_passed` as a clause on (PartnerRequest, Institution)."""
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
    """Return the time zones where the date is later than in UTC, and those where it is earlier.

    Offsets are multiples of 15 minutes, so the answer is cached per quarter of an hour.
    """
    return _zones_ahead_and_behind(instant.replace(minute=instant.minute // 15 * 15, second=0, microsecond=0))


@lru_cache(maxsize=8)
def _zones_ahead_and_behind(quarter: dt.datetime) -> tuple[list[str], list[str]]:
    today, days = quarter.date(), {name: times.local_day(quarter, name) for name in sorted(times.zone_names())}
    return [name for name in days if days[name] > today], [name for name in days if days[name] < today]
