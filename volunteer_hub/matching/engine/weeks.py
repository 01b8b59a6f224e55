"""Time in common, for many: every volunteer's week as it lies in UTC, and a hospital's weeks beside it.

As `rules.calendars` has it for two: in a UTC week both clocks have their offsets, so what is shared are the bits
that both have. Weeks in which all the volunteers' clocks read alike share one table.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core import times
from volunteer_hub.matching.engine.people import WORDS, People, Places, words
from volunteer_hub.matching.rules import RequestFacts, calendars

Masks = NDArray[np.uint64]
MOST = 12
"""So many tables are kept; a year has about so many kinds of week for volunteers of several continents."""


class Common(NamedTuple):
    """Minutes in the poorest and in an average week of a request."""

    least: NDArray[np.int32]
    average: NDArray[np.int32]


class Kind(NamedTuple):
    """A Monday that stands for its like, what volunteers' clocks read in that week (by number), and how many such weeks."""

    monday: dt.date
    reading: int
    weeks: int


class Weeks:
    """The weeks of volunteers in UTC, worked out when they are first asked for."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._tables: dict[int, Masks] = {}
        self._lock = threading.Lock()
        self._readings: dict[tuple[Any, ...], int] = {}
        self._by_monday: dict[dt.date, int] = {}
        self._kinds: dict[tuple[str, dt.date, int], list[Kind]] = {}

    def shared(self, request: RequestFacts, who: Places, today: dt.date) -> Common:
        """As `rules.common_minutes`, with one request for all of `who`."""
        at, kinds = who.astype(np.intp), self.kinds(request, today)
        least = total = self._quarters(request, kinds[0], at)
        if len(kinds) > 1:
            total = total.astype(np.int32) * kinds[0].weeks
            for kind in kinds[1:]:
                quarters = self._quarters(request, kind, at)
                total += quarters.astype(np.int32) * kind.weeks
                least = np.minimum(least, quarters)
        average = total.astype(np.int32) * calendars.QUARTER
        least = least.astype(np.int32) * calendars.QUARTER
        return Common(least, average // sum(kind.weeks for kind in kinds) if len(kinds) > 1 else average)

    def _quarters(self, request: RequestFacts, kind: Kind, at: NDArray[np.intp]) -> NDArray[Any]:
        """Quarter hours in common in a week of that kind."""
        table = self.on_utc(kind)
        # Mostly less than 200 quarters, and a clock put back adds a few: sums of bytes are the quick ones.
        found: NDArray[Any] = np.zeros(len(at), np.uint8 if request.mask.bit_count() < 200 else np.uint16)
        for word, value in hospital(request.mask, request.zone, kind.monday):
            own = table[word].take(at, mode="clip")  # quicker than to look whether each is there
            own &= value
            found += np.bitwise_count(own)
        return found

    def kinds(self, request: RequestFacts, today: dt.date) -> list[Kind]:
        """The kinds of week that a request has, by what the hospital's and all volunteers' clocks read."""
        return self._season(request.zone, times.monday_of(request.first_on(today)), max(1, request.weeks))

    def _season(self, zone: str, monday: dt.date, weeks: int) -> list[Kind]:
        key = (zone, monday, weeks)
        found = self._kinds.get(key)
        if found is None:
            groups: dict[tuple[Any, int], list[dt.date]] = {}
            for week in range(weeks):
                day = monday + dt.timedelta(weeks=week)
                groups.setdefault((calendars.offsets(zone, day), self._reading(day)), []).append(day)
            found = [Kind(days[0], reading, len(days)) for (_offsets, reading), days in groups.items()]
            self._kinds[key] = found
        return found

    def _reading(self, monday: dt.date) -> int:
        """The same number for weeks in which all the volunteers' clocks read alike."""
        if monday not in self._by_monday:
            reading = tuple(calendars.offsets(zone, monday) for zone in self.people.zones)
            with self._lock:  # several threads may judge
                self._by_monday[monday] = self._readings.setdefault(reading, len(self._readings))
        return self._by_monday[monday]

    def on_utc(self, kind: Kind) -> Masks:
        """All volunteers' free time in that UTC week, WORDS x volunteers."""
        found = self._tables.get(kind.reading)
        return self._worked_out(kind) if found is None else found

    def _worked_out(self, kind: Kind) -> Masks:
        with self._lock:
            if kind.reading not in self._tables:
                if len(self._tables) >= MOST:
                    del self._tables[next(iter(self._tables))]
                self._tables[kind.reading] = self.moved(kind.monday)
            return self._tables[kind.reading]

    def moved(self, monday: dt.date) -> Masks:
        """The same, worked out anew."""
        found = self.people.masks
        for number, zone in enumerate(self.people.zones):
            spans = calendars.spans(zone, monday)
            if all(offset == 0 for _reach, offset in spans):
                continue
            if found is self.people.masks:
                found = found.copy()
            here = slice(None) if len(self.people.zones) == 1 else np.flatnonzero(self.people.zone == number)
            found[:, here] = on_utc(self.people.masks[:, here], spans)
        return found


def on_utc(masks: Masks, spans: Iterable[tuple[int, int]]) -> Masks:
    """Local weeks as they lie in UTC (calendars.on_utc): `spans` are quarters and the offset that holds for them."""
    found = np.zeros_like(masks)
    for reach, offset in spans:
        found |= turned(masks, offset) & words(reach)[:, None]
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
