"""Common time of two local weeks over the weeks of a request, across daylight saving.

A week is an integer of 672 bits, one per quarter hour, bit 0 being Monday 00:00. Only whole quarters on the owner's
clock count. For each UTC week `to_utc` sets the quarters at which the local clock shows a free time; the common time
is the bitwise AND of two such weeks. In a week in which a clock changes, the week is read with both offsets, so that
an hour that is skipped or repeated counts as often as it occurs.
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
"""The weeks of a request, grouped by clock offsets: (a Monday that represents the group, number of weeks)."""


@lru_cache(maxsize=20_000)
def mask(windows: tuple[Window, ...]) -> int:
    """Return the quarters of a local week that the windows cover completely, as a bit mask."""
    pieces = times.merge_intervals(
        (w.weekday * times.DAY_MINUTES + w.start, w.weekday * times.DAY_MINUTES + w.end) for w in windows
    )
    return _bits((-(-start // QUARTER_MINUTES), end // QUARTER_MINUTES) for start, end in pieces)


def _bits(spans: Iterable[tuple[int, int]]) -> int:
    bits = 0
    for first, last in spans:
        if last > first:
            bits |= ((1 << (last - first)) - 1) << first
    return bits


def rotate(bits: int, slots: int) -> int:
    """Return the week rotated so that bit `n` takes the value of bit `n + slots`, modulo the week."""
    slots %= SLOTS_PER_WEEK
    return (bits >> slots | bits << (SLOTS_PER_WEEK - slots)) & FULL_WEEK_MASK


@lru_cache(maxsize=20_000)
def clock_offsets(zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """Return the clock's offsets in a UTC week as (first quarter, offset in quarters); one entry unless the clock
    changes.
    """
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
    """Return a local week as it lies in the UTC week that begins on `monday`."""
    utc_bits = 0
    for span_mask, offset in list_offset_spans(zone_name, monday):
        utc_bits |= rotate(bits, offset) & span_mask
    return utc_bits


def to_local_masks(utc_bits: int, zone_name: str, monday: dt.date) -> tuple[int, ...]:
    """Return a UTC week as local clock masks, one per offset: after a clock change a time occurs twice or not at all.

    The common bits of a local week with these masks add up to the common bits of `to_utc` of that week with
    `utc_bits`.
    """
    return tuple(rotate(utc_bits & span_mask, -offset) for span_mask, offset in list_offset_spans(zone_name, monday))


@lru_cache(maxsize=20_000)
def list_offset_spans(zone_name: str, monday: dt.date) -> tuple[tuple[int, int], ...]:
    """Return (mask of the UTC quarters in which an offset holds, the offset in quarters)."""
    changes = clock_offsets(zone_name, monday)
    ends = [slot for slot, _offset in changes[1:]] + [SLOTS_PER_WEEK]
    return tuple((_bits([(slot, end)]), offset) for (slot, offset), end in zip(changes, ends, strict=True))


@lru_cache(maxsize=20_000)
def group_weeks(zone_a: str, zone_b: str, first_on: dt.date, weeks: int) -> WeekGroups:
    """Group `weeks` weeks, from the one of `first_on`, by the offsets of the two clocks."""
    monday = times.monday_of(first_on)
    groups: dict[tuple[object, object], list[dt.date]] = {}
    for week in range(weeks):
        day = monday + dt.timedelta(weeks=week)
        groups.setdefault((clock_offsets(zone_a, day), clock_offsets(zone_b, day)), []).append(day)
    return tuple((days[0], len(days)) for days in groups.values())


def overlap_minutes(mine: int, my_zone: str, theirs: int, their_zone: str, week_groups: WeekGroups) -> tuple[int, int]:
    """Return (minutes in the poorest week, minutes in an average week) that two local weeks have in common."""
    counts = [
        ((to_utc(mine, my_zone, monday) & to_utc(theirs, their_zone, monday)).bit_count() * QUARTER_MINUTES, week_count)
        for monday, week_count in week_groups
    ]
    total_minutes, week_count = (
        sum(minutes * count for minutes, count in counts),
        sum(count for _minutes, count in counts),
    )
    return min(minutes for minutes, _count in counts), total_minutes // week_count
