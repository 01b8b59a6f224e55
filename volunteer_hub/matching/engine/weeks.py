"""Time in common, for many: every volunteer's week as it lies in UTC, and a hospital's weeks beside it.

As `rules.calendars` has it for two: in a UTC week both clocks have their offsets, so what is shared are the bits
that both have. Weeks in which all the volunteers' clocks read alike share one table.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core import times
from volunteer_hub.matching.engine.people import WORDS, People, Places, words
from volunteer_hub.matching.rules import RequestFacts, calendars

Masks = NDArray[np.uint64]
MOST = 12
"""So many tables are kept; a year has about so many kinds of week for volunteers of several continents."""


class Weeks:
    """The weeks of volunteers in UTC, worked out when they are first asked for."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._tables: OrderedDict[Any, Masks] = OrderedDict()
        self._lock = threading.Lock()
        self._readings: dict[dt.date, tuple[Any, ...]] = {}
        self._kinds: dict[tuple[str, dt.date, int], list[tuple[dt.date, int]]] = {}

    def shared(self, request: RequestFacts, who: Places, today: dt.date) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Minutes in the poorest and in an average week of a request, as `rules.common_minutes`."""
        weeks = max(1, request.weeks)
        # Mostly less than 200 quarters, and a clock put back adds a few: sums of bytes are the quick ones.
        small: Any = np.uint8 if request.mask.bit_count() < 200 else np.uint16
        total, least = np.zeros(len(who), np.int32), np.full(len(who), np.iinfo(small).max, small)
        at = who.astype(np.intp)
        for monday, number in self._season(request.zone, times.monday_of(request.first_on(today)), weeks):
            table, quarters = self.on_utc(monday), np.zeros(len(who), small)
            for word, value in hospital(request.mask, request.zone, monday):
                found = table[word].take(at, mode="clip")  # quicker than to look whether each is there
                found &= value
                quarters += np.bitwise_count(found)
            total += quarters.astype(np.int32) * number
            np.minimum(least, quarters, out=least)
        return least.astype(np.int32) * calendars.QUARTER, total * calendars.QUARTER // weeks

    def _season(self, zone: str, monday: dt.date, weeks: int) -> list[tuple[dt.date, int]]:
        """(a Monday that stands for its like, how many such weeks), by what the hospital's and all volunteers' clocks read."""
        key = (zone, monday, weeks)
        if key not in self._kinds:
            groups: dict[Any, list[dt.date]] = {}
            for week in range(weeks):
                day = monday + dt.timedelta(weeks=week)
                groups.setdefault((calendars.offsets(zone, day), self._reading(day)), []).append(day)
            self._kinds[key] = [(days[0], len(days)) for days in groups.values()]
        return self._kinds[key]

    def _reading(self, monday: dt.date) -> tuple[Any, ...]:
        if monday not in self._readings:
            self._readings[monday] = tuple(calendars.offsets(zone, monday) for zone in self.people.zones)
        return self._readings[monday]

    def on_utc(self, monday: dt.date) -> Masks:
        """All volunteers' free time in that UTC week, WORDS x volunteers."""
        key = self._reading(monday)
        with self._lock:  # batches are judged by several threads
            if key not in self._tables:
                if len(self._tables) >= MOST:
                    self._tables.popitem(last=False)
                self._tables[key] = self._moved(monday)
            self._tables.move_to_end(key)
            return self._tables[key]

    def _moved(self, monday: dt.date) -> Masks:
        found = self.people.masks
        for number, zone in enumerate(self.people.zones):
            spans = calendars.spans(zone, monday)
            if all(offset == 0 for _reach, offset in spans):
                continue
            if found is self.people.masks:
                found = found.copy()
            here = slice(None) if len(self.people.zones) == 1 else np.flatnonzero(self.people.zone == number)
            own = self.people.masks[:, here]
            moved = np.zeros_like(own)
            for reach, offset in spans:
                moved |= turned(own, offset) & words(reach)[:, None]
            found[:, here] = moved
        return found


@lru_cache(maxsize=50_000)
def hospital(mask: int, zone: str, monday: dt.date) -> tuple[tuple[int, np.uint64], ...]:
    """A hospital's free time in a UTC week: (word, bits) where there are any."""
    found = words(calendars.on_utc(mask, zone, monday))
    return tuple((word, found[word]) for word in np.flatnonzero(found).tolist())


def turned(masks: Masks, slots: int) -> Masks:
    """Weeks moved so that bit `n` comes from bit `n + slots`, around the end of the week (calendars.turned)."""
    slots %= calendars.SLOTS
    if not slots:
        return masks
    found = _down(masks, slots) | _up(masks, calendars.SLOTS - slots)
    found[-1] &= np.uint64((1 << (calendars.SLOTS - 64 * (WORDS - 1))) - 1)
    return found


def _down(masks: Masks, slots: int) -> Masks:
    """All words together shifted to the right."""
    whole, rest = divmod(slots, 64)
    found = np.zeros_like(masks)
    found[: WORDS - whole] = masks[whole:] >> np.uint64(rest)
    if rest and whole + 1 < WORDS:
        found[: WORDS - whole - 1] |= masks[whole + 1 :] << np.uint64(64 - rest)
    return found


def _up(masks: Masks, slots: int) -> Masks:
    """All words together shifted to the left; what passes the last word is lost."""
    whole, rest = divmod(slots, 64)
    found = np.zeros_like(masks)
    found[whole:] = masks[: WORDS - whole] << np.uint64(rest)
    if rest and whole + 1 < WORDS:
        found[whole + 1 :] |= masks[: WORDS - whole - 1] >> np.uint64(64 - rest)
    return found
