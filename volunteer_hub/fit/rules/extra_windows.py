"""Which free time more would do most: one more window on the volunteer's own clock, within the hospital's times.

The hospital's week is read on the volunteer's clock for every kind of week of the request, so a window
that counts in summer alone is not taken for one that counts always.
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
"""Quarters: nobody is told to give more than four hours on one day."""
WAKING_SLOTS = (7 * 60 // QUARTER_MINUTES, 22 * 60 // QUARTER_MINUTES)
MAX_WINDOWS = 3


@dataclass(frozen=True)
class HospitalHours:
    """A hospital's times on one volunteer's clock: for each kind of week its masks, and how many such weeks."""

    weeks: tuple[tuple[tuple[int, ...], int], ...]

    @cached_property
    def open_slots(self) -> int:
        """The quarters in which it has time in any week."""
        return reduce(int.__or__, (mask for masks, _number in self.weeks for mask in masks), 0)

    def minutes_in_poorest_week(self, mine: int) -> int:
        """Minutes in common in the poorest week."""
        return min(_common(masks, mine) for masks, _number in self.weeks) * QUARTER_MINUTES

    def count_missing_slots(self, mine: int, minutes: int) -> int:
        """Quarters that all kinds of weeks together lack to have so many minutes each."""
        return sum(max(0, minutes // QUARTER_MINUTES - _common(masks, mine)) for masks, _number in self.weeks)

    @cached_property
    def weeks_by_slot(self) -> tuple[int, ...]:
        """For each quarter of the week, in how many of all the weeks it is in common."""
        found = [0] * SLOTS_PER_WEEK
        for masks, number in self.weeks:
            for mask in masks:
                for slot in _slots(mask):
                    found[slot] += number
        return tuple(found)


def _common(masks: tuple[int, ...], mine: int) -> int:
    return sum((mask & mine).bit_count() for mask in masks)


def _slots(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def hospital_hours(mask: int, zone: str, my_zone: str, when: calendars.WeekGroups) -> HospitalHours:
    """The hospital's local week `mask` as a volunteer's clock reads it over the season."""
    return HospitalHours(
        tuple(
            (calendars.to_local_masks(calendars.to_utc(mask, zone, monday), my_zone, monday), number)
            for monday, number in when
        )
    )


def slot_mask(first: int, last: int) -> int:
    """The quarters from `first` up to `last`, which is not among them."""
    return ((1 << (last - first)) - 1) << first


def to_window(first: int, last: int) -> Window:
    """The same as a window of one day."""
    day, start = divmod(first, DAY_SLOTS)
    return Window(day, start * QUARTER_MINUTES, (last - day * DAY_SLOTS) * QUARTER_MINUTES)


def iter_gaps(there: HospitalHours, mine: int) -> Iterator[tuple[int, int]]:
    """(first, last) of every piece of one day, four hours at most, that the hospital has and the volunteer has not."""
    open_slots = there.open_slots & ~mine
    for first in _slots(open_slots):
        midnight = (first // DAY_SLOTS + 1) * DAY_SLOTS
        for last in range(first + 1, min(first + MAX_WINDOW_SLOTS, midnight) + 1):
            if not open_slots >> (last - 1) & 1:
                break
            yield first, last


def is_at_night(piece: tuple[int, int]) -> bool:
    """Whether a piece lies outside the hours at which people are up."""
    start = piece[0] % DAY_SLOTS
    return start < WAKING_SLOTS[0] or start + piece[1] - piece[0] > WAKING_SLOTS[1]


def find_smallest_windows(there: HospitalHours, mine: int, needed: int) -> tuple[Window, ...]:
    """The least time more with which every week has `needed` minutes: one window where one is enough, else few.

    Empty where there is none.
    """
    alone = next(
        (piece for piece in _lightest(there, mine) if not there.count_missing_slots(mine | slot_mask(*piece), needed)),
        None,
    )
    if alone:
        return (to_window(*alone),)
    chosen, have = list[tuple[int, int]](), mine
    while there.count_missing_slots(have, needed) and len(chosen) < MAX_WINDOWS:
        pieces = [
            (there.count_missing_slots(have | slot_mask(*piece), needed), piece) for piece in iter_gaps(there, have)
        ]
        if not pieces:
            break
        chosen.append(min(pieces, key=lambda one: (one[0], is_at_night(one[1]), one[1][1] - one[1][0], one[1]))[1])
        have |= slot_mask(*chosen[-1])
    if there.count_missing_slots(have, needed):
        return ()
    return tuple(to_window(*piece) for piece in _without_spare(there, mine, needed, chosen))


def _lightest(there: HospitalHours, mine: int) -> Iterator[tuple[int, int]]:
    """The pieces in the order in which somebody would give them: by day before at night, the shorter before the longer."""
    by_length: list[list[tuple[int, int]]] = [[] for _length in range(MAX_WINDOW_SLOTS + 1)]
    for first, last in iter_gaps(there, mine):
        by_length[last - first].append((first, last))
    for night in (False, True):
        for pieces in by_length:
            yield from (piece for piece in pieces if is_at_night(piece) is night)


def _without_spare(
    there: HospitalHours, mine: int, needed: int, chosen: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What is needed of the chosen pieces: a later one may have made an earlier one idle."""
    kept = list(chosen)
    for piece in chosen:
        others = [one for one in kept if one != piece]
        if not there.count_missing_slots(reduce(int.__or__, (slot_mask(*one) for one in others), mine), needed):
            kept = others
    return kept


def find_richest_window(there: HospitalHours, mine: int, enough: int) -> Window | None:
    """The window that adds most common time up to `enough` minutes more in all weeks together; the shortest such."""
    worth = there.weeks_by_slot
    best = min(
        (
            (
                is_at_night((first, last)),
                -min(enough, sum(worth[first:last]) * QUARTER_MINUTES),
                last - first,
                (first, last),
            )
            for first, last in iter_gaps(there, mine)
        ),
        default=None,
    )
    return to_window(*best[3]) if best else None


def window_minutes(one: Window) -> int:
    """How long a window is."""
    return one.end - one.start
