"""The one time module: local dates and weekly windows to instants and back.

trust.md I21: instants are UTC; a local time in a daylight-saving gap moves forward, one in a fold
takes the first. A weekly window is (weekday, start, end): Monday is 0, minutes after midnight on
its owner's clock, 0 <= start < end <= 1440.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from volunteer_hub.core.errors import DomainError

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MAX_OVERNIGHT_MINUTES = 12 * 60
INVALID_WINDOW_MESSAGE = (
    "The end must be later than the start. A time past midnight, such as 22:00 to 02:00, lasts 12 hours at most."
)


class Window(NamedTuple):
    """Time that comes back every week on one person's or one hospital's clock."""

    weekday: int
    start: int
    end: int


def expand_weekly(weekdays: Iterable[int], start: int, end: int) -> list[Window]:
    """The windows of a time that people name by its weekdays, in order.

    A time past midnight, `22:00` to `02:00`, becomes two: until 24:00, and from 00:00 on the next day; an
    end at `00:00` is 24:00. Raises DomainError for one that does not begin, or that looks as if its ends were confused.
    """
    end = DAY_MINUTES if start and not end else end
    night = end <= start
    if start >= DAY_MINUTES or end == start or (night and end + DAY_MINUTES - start > MAX_OVERNIGHT_MINUTES):
        raise DomainError(INVALID_WINDOW_MESSAGE, field="end")
    found = {Window(day, start, DAY_MINUTES if night else end) for day in weekdays}
    if night:
        found |= {Window((day + 1) % 7, 0, end) for day in weekdays}
    return sorted(found)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every IANA zone name that this machine can open, but for the odd ones without a place."""
    return frozenset(n for n in available_timezones() if "/" in n and not n.startswith("Etc/")) | {"UTC"}


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises ZoneInfoNotFoundError for an unknown one."""
    return ZoneInfo(name)


def to_instant(local: dt.datetime, zone_name: str) -> dt.datetime:
    """The UTC instant of a naive local time: forward out of a gap, first of a fold."""
    # With fold=0 zoneinfo reads a time in a gap with the offset from before the gap, which moves
    # it forward by the gap's length, and a time in a fold with the first offset: I21 as it stands.
    return local.replace(tzinfo=zone(zone_name), fold=0).astimezone(dt.UTC)


def local_day(instant: dt.datetime, zone_name: str) -> dt.date:
    """The calendar day on a clock in that zone."""
    return instant.astimezone(zone(zone_name)).date()


def end_of_day(day: dt.date, zone_name: str) -> dt.datetime:
    """The instant at which that local day is over."""
    return to_instant(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), zone_name)


def monday_of(day: dt.date) -> dt.date:
    """The Monday on or before `day`."""
    return day - dt.timedelta(days=day.weekday())


@lru_cache(maxsize=4096)
def _offsets(zone_name: str, monday: dt.date) -> tuple[int, ...]:
    """UTC offset in minutes at noon of each day of that week."""
    noon = dt.time(12)
    days = (dt.datetime.combine(monday + dt.timedelta(days=n), noon, zone(zone_name)) for n in range(7))
    return tuple(int((day.utcoffset() or dt.timedelta()).total_seconds() // 60) for day in days)


@lru_cache(maxsize=4096)
def weekly_utc_intervals(windows: tuple[Window, ...], zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """The windows of one week as (start, end) minutes after Monday 00:00 UTC, merged and sorted.

    The week is circular: what sticks out before Monday or after Sunday comes in at the other end.
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
    """Overlapping or touching intervals joined, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def intersect_intervals(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What two merged, sorted lists of intervals share."""
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
    """One UTC piece of a week on a local clock, whole: an end past midnight is told as a time of day."""
    midnight = dt.datetime.combine(monday, dt.time(), dt.UTC)
    start, end = ((midnight + dt.timedelta(minutes=m)).astimezone(zone(zone_name)) for m in piece)
    return Window(start.weekday(), start.hour * 60 + start.minute, end.hour * 60 + end.minute or DAY_MINUTES)


def total_minutes(pieces: Iterable[tuple[int, int]]) -> int:
    """Total length in minutes."""
    return sum(end - start for start, end in pieces)
