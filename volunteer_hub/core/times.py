"""Conversion of local dates, times and weekly windows to instants and back.

Instants are UTC; a local time in a daylight-saving gap moves forward, one in a fold means the first occurrence
(docs/invariants.md, I21). A weekly window is (weekday, start, end): Monday is 0; start and end are minutes after
midnight in its owner's time zone, 0 <= start < end <= 1440.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.errors import DomainError

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MAX_OVERNIGHT_MINUTES = 12 * 60
INVALID_WINDOW_MESSAGE = _l(
    "The end must be later than the start. A time past midnight, such as 22:00 to 02:00, lasts 12 hours at most."
)


class Window(NamedTuple):
    """A weekly recurring interval in one person's or one hospital's local time."""

    weekday: int
    start: int
    end: int


def expand_weekly(weekdays: Iterable[int], start: int, end: int) -> list[Window]:
    """Return the windows of one time of day on several weekdays, sorted.

    A time past midnight, `22:00` to `02:00`, is split in two: until 24:00, and from 00:00 on the next day. An end at
    `00:00` means 24:00. Raises DomainError for an empty interval, and for one that lasts longer than
    MAX_OVERNIGHT_MINUTES past midnight, which is probably start and end confused.
    """
    end = DAY_MINUTES if start and not end else end
    is_overnight = end <= start
    if start >= DAY_MINUTES or end == start or (is_overnight and end + DAY_MINUTES - start > MAX_OVERNIGHT_MINUTES):
        raise DomainError(INVALID_WINDOW_MESSAGE, field="end", code="window_invalid")
    windows = {Window(day, start, DAY_MINUTES if is_overnight else end) for day in weekdays}
    if is_overnight:
        windows |= {Window((day + 1) % 7, 0, end) for day in weekdays}
    return sorted(windows)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the IANA zone names available on this machine that name a place, and UTC."""
    return frozenset(n for n in available_timezones() if "/" in n and not n.startswith("Etc/")) | {"UTC"}


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """Return the zone of that name. Raises ZoneInfoNotFoundError for an unknown one."""
    return ZoneInfo(name)


def to_instant(local: dt.datetime, zone_name: str) -> dt.datetime:
    """Return the UTC instant of a naive local time: forward out of a gap, the first occurrence in a fold."""
    # With fold=0 zoneinfo reads a time in a gap with the offset before the gap, which moves it forward by the gap's
    # length, and a time in a fold with the first offset. That is the rule above.
    return local.replace(tzinfo=zone(zone_name), fold=0).astimezone(dt.UTC)


def local_day(instant: dt.datetime, zone_name: str) -> dt.date:
    """Return the calendar day in that zone."""
    return instant.astimezone(zone(zone_name)).date()


def end_of_day(day: dt.date, zone_name: str) -> dt.datetime:
    """Return the instant at which that local day ends."""
    return to_instant(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), zone_name)


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday on or before `day`."""
    return day - dt.timedelta(days=day.weekday())


@lru_cache(maxsize=4096)
def _offsets(zone_name: str, monday: dt.date) -> tuple[int, ...]:
    """Return the UTC offset in minutes at noon of each day of that week."""
    noon = dt.time(12)
    days = (dt.datetime.combine(monday + dt.timedelta(days=n), noon, zone(zone_name)) for n in range(7))
    return tuple(int((day.utcoffset() or dt.timedelta()).total_seconds() // 60) for day in days)


@lru_cache(maxsize=4096)
def weekly_utc_intervals(windows: tuple[Window, ...], zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """Return the windows of one week as (start, end) minutes after Monday 00:00 UTC, merged and sorted.

    The week is circular: what lies before Monday or after Sunday wraps around to the other end.
    """
    offsets = _offsets(zone_name, monday)
    pieces: list[tuple[int, int]] = []
    for weekday, start, end in windows:
        first = (weekday * DAY_MINUTES + start - offsets[weekday]) % WEEK_MINUTES
        last = first + end - start
        if last > WEEK_MINUTES:
            pieces += [(first, WEEK_MINUTES), (0, last - WEEK_MINUTES)]
        else:
            pieces.append((first, last))
    return tuple(merge_intervals(pieces))


def merge_intervals(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of the intervals as sorted intervals that neither overlap nor touch."""
    union: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union


def intersect_intervals(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the intersection of two merged, sorted lists of intervals."""
    shared: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            shared.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def to_local_window(piece: tuple[int, int], zone_name: str, monday: dt.date) -> Window:
    """Convert one UTC interval of a week to local time without splitting it; its end may be a time of the next day."""
    midnight = dt.datetime.combine(monday, dt.time(), dt.UTC)
    start, end = ((midnight + dt.timedelta(minutes=m)).astimezone(zone(zone_name)) for m in piece)
    return Window(start.weekday(), start.hour * 60 + start.minute, end.hour * 60 + end.minute or DAY_MINUTES)


def total_minutes(pieces: Iterable[tuple[int, int]]) -> int:
    """Return the total length in minutes."""
    return sum(end - start for start, end in pieces)
