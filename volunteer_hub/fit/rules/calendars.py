"""Time in common over the request's real weeks, on both clocks, across daylight saving.

A week is 672 quarter hours, one bit each, in one integer. Time counts where it lies whole in a quarter of
an hour on its owner's clock. For every UTC week the quarters in which a local clock reads a free time are
set; what two people share is the bits that both have. A clock that is put forward or back in the week is
read with its offset before and after, so that what is missing or double is counted as it happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from volunteer_hub.core import times
from volunteer_hub.core.times import Window

QUARTER_MINUTES = 15
SLOTS_PER_WEEK = times.WEEK_MINUTES // QUARTER_MINUTES
FULL_WEEK_MASK = (1 << SLOTS_PER_WEEK) - 1
WeekGroups = tuple[tuple[dt.date, int], ...]
"""(a Monday that stands for its like, how many such weeks) over the weeks of a request."""


@lru_cache(maxsize=20_000)
def mask(windows: tuple[Window, ...]) -> int:
    """The quarter hours of a local week that the windows cover whole; bit 0 is Monday 00:00."""
    pieces = times.merge_intervals(
        (w.weekday * times.DAY_MINUTES + w.start, w.weekday * times.DAY_MINUTES + w.end) for w in windows
    )
    return _bits((-(-start // QUARTER_MINUTES), end // QUARTER_MINUTES) for start, end in pieces)


def _bits(spans: Iterable[tuple[int, int]]) -> int:
    found = 0
    for first, last in spans:
        if last > first:
            found |= ((1 << (last - first)) - 1) << first
    return found


def rotate(bits: int, slots: int) -> int:
    """The week moved so that bit `n` comes from bit `n + slots`, around the end of the week."""
    slots %= SLOTS_PER_WEEK
    return (bits >> slots | bits << (SLOTS_PER_WEEK - slots)) & FULL_WEEK_MASK


@lru_cache(maxsize=20_000)
def clock_offsets(zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """(first quarter of the UTC week, the clock's offset in quarters) wherever the clock changes; one entry mostly."""
    start = dt.datetime.combine(monday, dt.time(), dt.UTC)
    first, last = (_offset(zone_name, start, slot) for slot in (0, SLOTS_PER_WEEK - 1))
    if first == last:
        return ((0, first),)
    before, after = 0, SLOTS_PER_WEEK - 1
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone_name, start, middle) == first else (before, middle)
    return ((0, first), (after, last))


def _offset(zone_name: str, start: dt.datetime, slot: int) -> int:
    instant = start + dt.timedelta(minutes=slot * QUARTER_MINUTES)
    offset = instant.astimezone(times.zone(zone_name)).utcoffset() or dt.timedelta()
    return round(offset.total_seconds() / 60 / QUARTER_MINUTES)


def to_utc(bits: int, zone_name: str, monday: dt.date) -> int:
    """A local week as it lies in the UTC week that begins on `monday`."""
    found = 0
    for reach, offset in list_offset_spans(zone_name, monday):
        found |= rotate(bits, offset) & reach
    return found


def to_local_masks(utc_bits: int, zone_name: str, monday: dt.date) -> tuple[int, ...]:
    """A UTC week as one clock reads it: a mask for each offset, as after a change times come twice or not at all.

    The bits that a local week shares with these, added up, are those that `on_utc` of it shares with `utc_bits`.
    """
    return tuple(rotate(utc_bits & reach, -offset) for reach, offset in list_offset_spans(zone_name, monday))


@lru_cache(maxsize=20_000)
def list_offset_spans(zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """(the quarters for which it holds, the offset in quarters)."""
    changes = clock_offsets(zone_name, monday)
    ends = [slot for slot, _offset in changes[1:]] + [SLOTS_PER_WEEK]
    return tuple((_bits([(slot, end)]), offset) for (slot, offset), end in zip(changes, ends, strict=True))


@lru_cache(maxsize=20_000)
def group_weeks(one: str, other: str, first_on: dt.date, weeks: int) -> WeekGroups:
    """The weeks from the one of `first_on`, grouped by what the two clocks read; a week for each kind, and how many."""
    monday = times.monday_of(first_on)
    groups: dict[tuple[object, object], list[dt.date]] = {}
    for week in range(weeks):
        day = monday + dt.timedelta(weeks=week)
        groups.setdefault((clock_offsets(one, day), clock_offsets(other, day)), []).append(day)
    return tuple((days[0], len(days)) for days in groups.values())


def overlap_minutes(mine: int, my_zone: str, theirs: int, their_zone: str, when: WeekGroups) -> tuple[int, int]:
    """(minutes in the poorest of the weeks, minutes in an average week) that two local weeks have in common."""
    counts = [
        ((to_utc(mine, my_zone, monday) & to_utc(theirs, their_zone, monday)).bit_count() * QUARTER_MINUTES, weeks)
        for monday, weeks in when
    ]
    total, weeks = sum(minutes * number for minutes, number in counts), sum(number for _minutes, number in counts)
    return min(minutes for minutes, _number in counts), total // weeks
