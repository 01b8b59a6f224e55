"""Time in common, for many: every volunteer's week as it lies in UTC, and a hospital's weeks beside it.

As `rules.calendars` has it for two: in a UTC week both clocks have their offsets, so what is shared are the bits
that both have. Weeks in which all the volunteers' clocks read alike share one table.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core import times
from volunteer_hub.fit.rules import RequestFacts, calendars
from volunteer_hub.matching.engine.request_arrays import Int32s, RequestArrays
from volunteer_hub.matching.engine.volunteer_arrays import (
    BYTES_PER_WEEK,
    WORDS_PER_WEEK,
    Indices,
    VolunteerArrays,
    mask_words,
)

Masks = NDArray[np.uint64]
MAX_CACHED_WEEKS = 12
"""So many tables are kept; a year has about so many kinds of week for volunteers of several continents."""


class CommonTime(NamedTuple):
    """Minutes in the poorest and in an average week of a request."""

    minimum: NDArray[np.int32]
    average: NDArray[np.int32]


class WeekKind(NamedTuple):
    """A Monday that stands for its like, what volunteers' clocks read in that week (by number), and how many such weeks."""

    monday: dt.date
    clock_reading: int
    weeks: int


class VolunteerWeeks:
    """The weeks of volunteers in UTC, worked out when they are first asked for."""

    def __init__(self, people: VolunteerArrays) -> None:
        self.volunteers = people
        self._tables: dict[int, Masks] = {}
        self._lock = threading.Lock()
        self._readings: dict[tuple[Any, ...], int] = {}
        self._by_monday: dict[dt.date, int] = {}
        self._kinds: dict[tuple[str, dt.date, int], list[WeekKind]] = {}

    def common_time(self, request: RequestFacts, who: Indices, today: dt.date) -> CommonTime:
        """As `rules.common_minutes`, with one request for all of `who`."""
        at, kinds = who.astype(np.intp), self.week_kinds(request, today)
        least = total = self._quarters(request, kinds[0], at)
        if len(kinds) > 1:
            total = total.astype(np.int32) * kinds[0].weeks
            for kind in kinds[1:]:
                quarters = self._quarters(request, kind, at)
                total += quarters.astype(np.int32) * kind.weeks
                least = np.minimum(least, quarters)
        average = total.astype(np.int32) * calendars.QUARTER
        least = least.astype(np.int32) * calendars.QUARTER
        return CommonTime(least, average // sum(kind.weeks for kind in kinds) if len(kinds) > 1 else average)

    def _quarters(self, request: RequestFacts, kind: WeekKind, at: NDArray[np.intp]) -> NDArray[Any]:
        """Quarter hours in common in a week of that kind."""
        table = self.masks_in_utc(kind)
        # Mostly less than 200 quarters, and a clock put back adds a few: sums of bytes are the quick ones.
        found: NDArray[Any] = np.zeros(len(at), np.uint8 if request.mask.bit_count() < 200 else np.uint16)
        for word, value in hospital_words(request.mask, request.zone, kind.monday):
            own = table[word].take(at, mode="clip")  # quicker than to look whether each is there
            own &= value
            found += np.bitwise_count(own)
        return found

    def week_kinds(self, request: RequestFacts, today: dt.date) -> list[WeekKind]:
        """The kinds of week that a request has, by what the hospital's and all volunteers' clocks read."""
        return self._season(request.zone, times.monday_of(request.first_on(today)), max(1, request.weeks))

    def _season(self, zone: str, monday: dt.date, weeks: int) -> list[WeekKind]:
        key = (zone, monday, weeks)
        found = self._kinds.get(key)
        if found is None:
            groups: dict[tuple[Any, int], list[dt.date]] = {}
            for week in range(weeks):
                day = monday + dt.timedelta(weeks=week)
                groups.setdefault((calendars.clock_offsets(zone, day), self._reading(day)), []).append(day)
            found = [WeekKind(days[0], reading, len(days)) for (_offsets, reading), days in groups.items()]
            self._kinds[key] = found
        return found

    def _reading(self, monday: dt.date) -> int:
        """The same number for weeks in which all the volunteers' clocks read alike."""
        if monday not in self._by_monday:
            reading = tuple(calendars.clock_offsets(zone, monday) for zone in self.volunteers.zones)
            with self._lock:  # several threads may judge
                self._by_monday[monday] = self._readings.setdefault(reading, len(self._readings))
        return self._by_monday[monday]

    def masks_in_utc(self, kind: WeekKind) -> Masks:
        """All volunteers' free time in that UTC week, WORDS x volunteers."""
        found = self._tables.get(kind.clock_reading)
        return self._worked_out(kind) if found is None else found

    def _worked_out(self, kind: WeekKind) -> Masks:
        with self._lock:
            if kind.clock_reading not in self._tables:
                if len(self._tables) >= MAX_CACHED_WEEKS:
                    del self._tables[next(iter(self._tables))]
                self._tables[kind.clock_reading] = self.compute_utc_masks(kind.monday)
            return self._tables[kind.clock_reading]

    def compute_utc_masks(self, monday: dt.date) -> Masks:
        """The same, worked out anew."""
        found = self.volunteers.masks
        for number, zone in enumerate(self.volunteers.zones):
            spans = calendars.list_offset_spans(zone, monday)
            if all(offset == 0 for _reach, offset in spans):
                continue
            if found is self.volunteers.masks:
                found = found.copy()
            here = slice(None) if len(self.volunteers.zones) == 1 else np.flatnonzero(self.volunteers.zone == number)
            found[:, here] = to_utc(self.volunteers.masks[:, here], spans)
        return found


def to_utc(masks: Masks, spans: Iterable[tuple[int, int]]) -> Masks:
    """Local weeks as they lie in UTC (calendars.on_utc): `spans` are quarters and the offset that holds for them."""
    found = np.zeros_like(masks)
    for reach, offset in spans:
        found |= rotate(masks, offset) & mask_words(reach)[:, None]
    return found


@lru_cache(maxsize=50_000)
def hospital_words(mask: int, zone: str, monday: dt.date) -> tuple[tuple[int, np.uint64], ...]:
    """A hospital's free time in a UTC week: (word, bits) where there are any."""
    found = mask_words(calendars.to_utc(mask, zone, monday))
    return tuple((word, found[word]) for word in np.flatnonzero(found).tolist())


def rotate(masks: Masks, slots: int) -> Masks:
    """Weeks moved so that bit `n` comes from bit `n + slots`, around the end of the week (calendars.turned)."""
    slots %= calendars.SLOTS
    if not slots:
        return masks
    found = _down(masks, slots) | _up(masks, calendars.SLOTS - slots)
    found[-1] &= np.uint64((1 << (calendars.SLOTS - 64 * (WORDS_PER_WEEK - 1))) - 1)
    return found


def _down(masks: Masks, slots: int) -> Masks:
    """All words together shifted to the right."""
    whole, rest = divmod(slots, 64)
    found = np.zeros_like(masks)
    found[: WORDS_PER_WEEK - whole] = masks[whole:] >> np.uint64(rest)
    if rest and whole + 1 < WORDS_PER_WEEK:
        found[: WORDS_PER_WEEK - whole - 1] |= masks[whole + 1 :] << np.uint64(64 - rest)
    return found


def _up(masks: Masks, slots: int) -> Masks:
    """All words together shifted to the left; what passes the last word is lost."""
    whole, rest = divmod(slots, 64)
    found = np.zeros_like(masks)
    found[whole:] = masks[: WORDS_PER_WEEK - whole] << np.uint64(rest)
    if rest and whole + 1 < WORDS_PER_WEEK:
        found[whole + 1 :] |= masks[: WORDS_PER_WEEK - whole - 1] >> np.uint64(64 - rest)
    return found


Positions = NDArray[np.intp]


Quarters = NDArray[np.uint16]


class OverlapBatch:
    """The weeks of requests beside those of volunteers. A request has one week of each kind, or none (`number`)."""

    def __init__(self, weeks: VolunteerWeeks, asked: RequestArrays, today: dt.date) -> None:
        kinds = [weeks.week_kinds(one, today) if one.delivery != "asynchronous" else [] for one in asked.requests]
        flat = [kind for some in kinds for kind in some]
        self.kind_counts = np.fromiter(map(len, kinds), np.intp, len(kinds))
        self._first = np.cumsum(self.kind_counts) - self.kind_counts
        self._weeks = np.array([*(kind.weeks for kind in flat), 1], np.int32)
        self._table, starts = _volunteers(weeks, flat)
        row = np.repeat(np.arange(len(kinds)), self.kind_counts)
        hospitals = _hospitals(asked.requests, row, [kind.monday for kind in flat])
        week, word = np.nonzero(hospitals.T)
        self._bits = hospitals[word, week]
        self._line = starts[week] + word * len(weeks.volunteers)
        self._words = np.bincount(week, minlength=len(flat) + 1)
        self._start = np.cumsum(self._words) - self._words

    def word_counts(self, requests: Positions) -> Positions:
        """How many words the first week of each request has; none where nothing is done together."""
        return np.where(self.kind_counts.take(requests) > 0, self._words.take(self._first.take(requests)), 0)

    def first_week(self, requests: Positions, sizes: Positions, who: Positions) -> Quarters:
        """Quarter hours in common in the first kind of week, or none where nothing is done together.

        `who` holds so many people (`sizes`) for each of these requests. Those with most `words` come first.
        """
        some = np.count_nonzero(self.word_counts(requests))
        found = self._quarters(self._first.take(requests[:some]), sizes[:some], who)
        return np.concatenate([found, np.zeros(len(who) - len(found), np.uint16)])

    def all_weeks(
        self, requests: Positions, sizes: Positions, who: Positions, first: Quarters
    ) -> tuple[Quarters, Int32s]:
        """Quarter hours in the poorest week, and minutes in an average one, from those in the first kind of week."""
        number, week = self.kind_counts.take(requests), self._first.take(requests)
        weeks = np.where(number > 0, self._weeks.take(week), np.int32(1))  # 1 to divide by, for nothing together
        least, total = first.copy(), first * np.repeat(weeks, sizes)
        begins = np.cumsum(sizes) - sizes
        for turn in range(1, number.max(initial=0)):
            some = np.flatnonzero(number > turn)
            some = some[np.argsort(-self._words.take(week[some] + turn), kind="stable")]
            its, size = week[some] + turn, sizes[some]
            at = np.repeat(begins[some] - np.cumsum(size) + size, size) + np.arange(size.sum())
            found = self._quarters(its, size, who.take(at))
            least[at] = np.minimum(least.take(at), found)
            total[at] += found * np.repeat(self._weeks.take(its), size)
            weeks[some] += self._weeks.take(its)
        average: Int32s = total * calendars.QUARTER // np.repeat(weeks, sizes)
        return least, average

    def _quarters(self, weeks: Positions, sizes: Positions, who: Positions) -> Quarters:
        """Quarter hours in common in these weeks with so many people each. Most words come first."""
        words, start = self._words.take(weeks), self._start.take(weeks)
        found = np.zeros(sizes.sum(), np.uint16)
        for place in range(words.max(initial=0)):
            some = np.count_nonzero(words > place)
            at = start[:some] + place
            lines = np.repeat(self._line.take(at), sizes[:some])
            lines += who[: len(lines)]
            own = self._table.take(lines, mode="clip")
            own &= np.repeat(self._bits.take(at), sizes[:some])
            found[: len(own)] += np.bitwise_count(own)
        return found


def _volunteers(weeks: VolunteerWeeks, kinds: Sequence[WeekKind]) -> tuple[NDArray[np.uint64], Positions]:
    """The volunteers' weeks for each reading of their clocks, one after the other; and where that of each kind starts."""
    readings = {kind.clock_reading: kind.monday for kind in kinds}
    width = WORDS_PER_WEEK * len(weeks.volunteers)
    table, start = np.empty(len(readings) * width, np.uint64), {}
    for number, (reading, monday) in enumerate(readings.items()):
        start[reading] = number * width
        table[number * width : (number + 1) * width] = weeks.compute_utc_masks(monday).ravel()
    return table, np.fromiter((start[kind.clock_reading] for kind in kinds), np.intp, len(kinds))


def _hospitals(requests: Sequence[RequestFacts], row: Positions, mondays: Sequence[dt.date]) -> Masks:
    """The hospital's free time of each week, WORDS x weeks in UTC. `row`: whose week each is."""
    local = b"".join(one.mask.to_bytes(BYTES_PER_WEEK, "little") for one in requests)
    masks = np.frombuffer(local, "<u8").reshape(-1, WORDS_PER_WEEK).T.take(row, axis=1).astype(np.uint64)
    spans: dict[Any, list[int]] = {}
    for week, (at, monday) in enumerate(zip(row.tolist(), mondays, strict=True)):
        spans.setdefault(calendars.list_offset_spans(requests[at].zone, monday), []).append(week)
    for span, some in spans.items():
        masks[:, some] = to_utc(masks[:, some], span)
    return masks
