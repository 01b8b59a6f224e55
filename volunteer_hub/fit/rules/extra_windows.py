"""Extra free time that would help most: one more window on the volunteer's clock, within the hospital's times.

The hospital's week is converted to the volunteer's clock for every group of weeks of the request, so that a window
that overlaps in summer only is not mistaken for one that overlaps all year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce

from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules import calendars
from volunteer_hub.fit.rules.calendars import QUARTER_MINUTES, SLOTS_PER_WEEK

DAY_SLOTS = SLOTS_PER_WEEK // 7
MAX_WINDOW_SLOTS = 16
"""Quarters of an hour: no more than four extra hours on one day are suggested."""
WAKING_SLOTS = (7 * 60 // QUARTER_MINUTES, 22 * 60 // QUARTER_MINUTES)
"""First and last quarter of the day between which people are expected to be awake."""
MAX_WINDOWS = 3
"""Maximum number of windows suggested together."""


@dataclass(frozen=True)
class HospitalHours:
    """A hospital's times on one volunteer's clock: (masks, number of weeks) per group of weeks."""

    weeks: tuple[tuple[tuple[int, ...], int], ...]

    @cached_property
    def open_slots(self) -> int:
        """The quarters, as a mask, in which the hospital has time in any week."""
        return reduce(int.__or__, (mask for masks, _week_count in self.weeks for mask in masks), 0)

    def minutes_in_poorest_week(self, volunteer_mask: int) -> int:
        """Return the common minutes in the poorest week."""
        return min(_count_common_slots(masks, volunteer_mask) for masks, _week_count in self.weeks) * QUARTER_MINUTES

    def count_missing_slots(self, volunteer_mask: int, minutes: int) -> int:
        """Return the quarters missing to reach `minutes` in every group of weeks, summed over the groups."""
        return sum(
            max(0, minutes // QUARTER_MINUTES - _count_common_slots(masks, volunteer_mask))
            for masks, _week_count in self.weeks
        )

    @cached_property
    def weeks_by_slot(self) -> tuple[int, ...]:
        """For each quarter of the week, the number of weeks in which it is common time."""
        counts = [0] * SLOTS_PER_WEEK
        for masks, week_count in self.weeks:
            for mask in masks:
                for slot in _iter_slots(mask):
                    counts[slot] += week_count
        return tuple(counts)


def _count_common_slots(masks: tuple[int, ...], volunteer_mask: int) -> int:
    return sum((mask & volunteer_mask).bit_count() for mask in masks)


def _iter_slots(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def build_hospital_hours(mask: int, zone: str, volunteer_zone: str, week_groups: calendars.WeekGroups) -> HospitalHours:
    """Return the hospital's local week `mask` on the volunteer's clock, per group of weeks."""
    return HospitalHours(
        tuple(
            (calendars.to_local_masks(calendars.to_utc(mask, zone, monday), volunteer_zone, monday), week_count)
            for monday, week_count in week_groups
        )
    )


def slot_mask(first: int, last: int) -> int:
    """Return the mask of the quarters from `first` up to, not including, `last`."""
    return ((1 << (last - first)) - 1) << first


def to_window(first: int, last: int) -> Window:
    """Return the same quarters as a window of one day."""
    day, start = divmod(first, DAY_SLOTS)
    return Window(day, start * QUARTER_MINUTES, (last - day * DAY_SLOTS) * QUARTER_MINUTES)


def iter_gaps(hours: HospitalHours, volunteer_mask: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every span within one day, four hours at most, in which only the hospital has time."""
    gap_mask = hours.open_slots & ~volunteer_mask
    for first in _iter_slots(gap_mask):
        midnight = (first // DAY_SLOTS + 1) * DAY_SLOTS
        for last in range(first + 1, min(first + MAX_WINDOW_SLOTS, midnight) + 1):
            if not gap_mask >> (last - 1) & 1:
                break
            yield first, last


def is_at_night(span: tuple[int, int]) -> bool:
    """Whether a span lies outside the waking hours."""
    start = span[0] % DAY_SLOTS
    return start < WAKING_SLOTS[0] or start + span[1] - span[0] > WAKING_SLOTS[1]


def find_smallest_windows(hours: HospitalHours, volunteer_mask: int, needed: int) -> tuple[Window, ...]:
    """Return the least extra time with which every week has `needed` minutes in common.

    One window if one is enough, else up to MAX_WINDOWS, chosen greedily. Empty if that is not enough.
    """
    single_span = next(
        (
            span
            for span in _iter_gaps_by_ease(hours, volunteer_mask)
            if not hours.count_missing_slots(volunteer_mask | slot_mask(*span), needed)
        ),
        None,
    )
    if single_span:
        return (to_window(*single_span),)
    chosen, extended_mask = list[tuple[int, int]](), volunteer_mask
    while hours.count_missing_slots(extended_mask, needed) and len(chosen) < MAX_WINDOWS:
        ranked_spans = [
            (hours.count_missing_slots(extended_mask | slot_mask(*span), needed), span)
            for span in iter_gaps(hours, extended_mask)
        ]
        if not ranked_spans:
            break
        chosen.append(
            min(
                ranked_spans,
                key=lambda ranked: (ranked[0], is_at_night(ranked[1]), ranked[1][1] - ranked[1][0], ranked[1]),
            )[1]
        )
        extended_mask |= slot_mask(*chosen[-1])
    if hours.count_missing_slots(extended_mask, needed):
        return ()
    return tuple(to_window(*span) for span in _drop_redundant(hours, volunteer_mask, needed, chosen))


def _iter_gaps_by_ease(hours: HospitalHours, volunteer_mask: int) -> Iterator[tuple[int, int]]:
    """Yield the gaps from the easiest to give: daytime before night, short before long."""
    by_length: list[list[tuple[int, int]]] = [[] for _length in range(MAX_WINDOW_SLOTS + 1)]
    for first, last in iter_gaps(hours, volunteer_mask):
        by_length[last - first].append((first, last))
    for at_night in (False, True):
        for spans in by_length:
            yield from (span for span in spans if is_at_night(span) is at_night)


def _drop_redundant(
    hours: HospitalHours, volunteer_mask: int, needed: int, chosen: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Drop the spans that a later choice has made unnecessary."""
    remaining = list(chosen)
    for span in chosen:
        others = [other for other in remaining if other != span]
        if not hours.count_missing_slots(
            reduce(int.__or__, (slot_mask(*other) for other in others), volunteer_mask), needed
        ):
            remaining = others
    return remaining


def find_richest_window(hours: HospitalHours, volunteer_mask: int, max_minutes: int) -> Window | None:
    """Return the shortest window that adds most common time, counting at most `max_minutes` over all weeks."""
    weeks_by_slot = hours.weeks_by_slot
    best = min(
        (
            (
                is_at_night((first, last)),
                -min(max_minutes, sum(weeks_by_slot[first:last]) * QUARTER_MINUTES),
                last - first,
                (first, last),
            )
            for first, last in iter_gaps(hours, volunteer_mask)
        ),
        default=None,
    )
    return to_window(*best[3]) if best else None


def window_minutes(window: Window) -> int:
    """Return the length of a window in minutes."""
    return window.end - window.start
