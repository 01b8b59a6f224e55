"""Time in common of many pairs: the free time of volunteers and hospitals as bit masks of UTC weeks.

As in `fit.rules.calendars` for one pair: in a given UTC week every clock has known offsets, so the common time is the
bitwise AND of both masks. Weeks with the same offsets of all volunteers' clocks share one table.
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
"""Cached tables of masks. A year has about this many kinds of week for volunteers on several continents."""


class CommonTime(NamedTuple):
    """Common minutes in the worst and in an average week of a request."""

    minimum_minutes: NDArray[np.int32]
    average_minutes: NDArray[np.int32]


class WeekKind(NamedTuple):
    """A kind of week: its first Monday, the number of the volunteers' clock offsets, how many weeks are of this kind."""

    monday: dt.date
    clock_reading: int
    weeks: int


class VolunteerWeeks:
    """The weekly masks of volunteers in UTC, computed on demand and cached. Thread-safe."""

    def __init__(self, volunteers: VolunteerArrays) -> None:
        self.volunteers = volunteers
        self._masks_by_reading: dict[int, Masks] = {}
        self._lock = threading.Lock()
        self._numbers_by_offsets: dict[tuple[Any, ...], int] = {}
        self._readings_by_monday: dict[dt.date, int] = {}
        self._kinds_by_season: dict[tuple[str, dt.date, int], list[WeekKind]] = {}

    def common_time(self, request: RequestFacts, volunteer_idx: Indices, today: dt.date) -> CommonTime:
        """Return the time in common of these volunteers with one request, as `fit.rules.common_minutes` for one pair."""
        flat_idx, kinds = volunteer_idx.astype(np.intp), self.week_kinds(request, today)
        minimum = total = self._quarters(request, kinds[0], flat_idx)
        if len(kinds) > 1:
            total = total.astype(np.int32) * kinds[0].weeks
            for kind in kinds[1:]:
                quarters = self._quarters(request, kind, flat_idx)
                total += quarters.astype(np.int32) * kind.weeks
                minimum = np.minimum(minimum, quarters)
        average = total.astype(np.int32) * calendars.QUARTER_MINUTES
        minimum = minimum.astype(np.int32) * calendars.QUARTER_MINUTES
        return CommonTime(minimum, average // sum(kind.weeks for kind in kinds) if len(kinds) > 1 else average)

    def _quarters(self, request: RequestFacts, kind: WeekKind, volunteer_idx: NDArray[np.intp]) -> NDArray[Any]:
        """Return the common quarter hours in a week of that kind."""
        table = self.masks_in_utc(kind)
        # Mostly less than 200 quarters; a clock change adds a few. Sums of bytes are faster.
        quarters: NDArray[Any] = np.zeros(len(volunteer_idx), np.uint8 if request.mask.bit_count() < 200 else np.uint16)
        for word_index, value in hospital_words(request.mask, request.zone, kind.monday):
            common_bits = table[word_index].take(volunteer_idx, mode="clip")  # faster than bounds checking
            common_bits &= value
            quarters += np.bitwise_count(common_bits)
        return quarters

    def week_kinds(self, request: RequestFacts, today: dt.date) -> list[WeekKind]:
        """Return the kinds of week of a request: weeks with equal offsets of the hospital's and all volunteers' clocks."""
        return self._group_weeks(request.zone, times.monday_of(request.first_on(today)), max(1, request.weeks))

    def _group_weeks(self, zone: str, monday: dt.date, weeks: int) -> list[WeekKind]:
        key = (zone, monday, weeks)
        kinds = self._kinds_by_season.get(key)
        if kinds is None:
            groups: dict[tuple[Any, int], list[dt.date]] = {}
            for week in range(weeks):
                week_monday = monday + dt.timedelta(weeks=week)
                key_of_kind = calendars.clock_offsets(zone, week_monday), self._clock_reading(week_monday)
                groups.setdefault(key_of_kind, []).append(week_monday)
            kinds = [WeekKind(days[0], reading, len(days)) for (_offsets, reading), days in groups.items()]
            self._kinds_by_season[key] = kinds
        return kinds

    def _clock_reading(self, monday: dt.date) -> int:
        """Return a number that is equal for weeks with equal offsets of all volunteers' clocks."""
        if monday not in self._readings_by_monday:
            offsets = tuple(calendars.clock_offsets(zone, monday) for zone in self.volunteers.zones)
            with self._lock:  # evaluators run in several threads
                self._readings_by_monday[monday] = self._numbers_by_offsets.setdefault(
                    offsets, len(self._numbers_by_offsets)
                )
        return self._readings_by_monday[monday]

    def masks_in_utc(self, kind: WeekKind) -> Masks:
        """Return all volunteers' free time in a UTC week of that kind, WORDS_PER_WEEK x volunteers (cached)."""
        masks = self._masks_by_reading.get(kind.clock_reading)
        return self._compute_masks(kind) if masks is None else masks

    def _compute_masks(self, kind: WeekKind) -> Masks:
        with self._lock:
            if kind.clock_reading not in self._masks_by_reading:
                if len(self._masks_by_reading) >= MAX_CACHED_WEEKS:
                    del self._masks_by_reading[next(iter(self._masks_by_reading))]
                self._masks_by_reading[kind.clock_reading] = self.compute_utc_masks(kind.monday)
            return self._masks_by_reading[kind.clock_reading]

    def compute_utc_masks(self, monday: dt.date) -> Masks:
        """Compute all volunteers' free time in that UTC week, WORDS_PER_WEEK x volunteers."""
        masks = self.volunteers.masks
        for zone_number, zone in enumerate(self.volunteers.zones):
            spans = calendars.list_offset_spans(zone, monday)
            if all(offset == 0 for _reach, offset in spans):
                continue
            if masks is self.volunteers.masks:
                masks = masks.copy()
            in_zone = (
                slice(None) if len(self.volunteers.zones) == 1 else np.flatnonzero(self.volunteers.zone == zone_number)
            )
            masks[:, in_zone] = to_utc(self.volunteers.masks[:, in_zone], spans)
        return masks


def to_utc(masks: Masks, spans: Iterable[tuple[int, int]]) -> Masks:
    """Convert local weeks to UTC, as `calendars.to_utc`. `spans`: masks of quarters and the offset that holds for them."""
    utc_masks = np.zeros_like(masks)
    for quarters, offset in spans:
        utc_masks |= rotate(masks, offset) & mask_words(quarters)[:, None]
    return utc_masks


@lru_cache(maxsize=50_000)
def hospital_words(mask: int, zone: str, monday: dt.date) -> tuple[tuple[int, np.uint64], ...]:
    """Return a hospital's free time in a UTC week: (index of the word, bits) for words that are not zero."""
    week = mask_words(calendars.to_utc(mask, zone, monday))
    return tuple((word_index, week[word_index]) for word_index in np.flatnonzero(week).tolist())


def rotate(masks: Masks, slots: int) -> Masks:
    """Rotate weeks so that bit `n` comes from bit `n + slots`, modulo the week."""
    slots %= calendars.SLOTS_PER_WEEK
    if not slots:
        return masks
    rotated = _shift_right(masks, slots) | _shift_left(masks, calendars.SLOTS_PER_WEEK - slots)
    rotated[-1] &= np.uint64((1 << (calendars.SLOTS_PER_WEEK - 64 * (WORDS_PER_WEEK - 1))) - 1)
    return rotated


def _shift_right(masks: Masks, slots: int) -> Masks:
    """Shift all words together to the right."""
    whole_words, bits = divmod(slots, 64)
    shifted = np.zeros_like(masks)
    shifted[: WORDS_PER_WEEK - whole_words] = masks[whole_words:] >> np.uint64(bits)
    if bits and whole_words + 1 < WORDS_PER_WEEK:
        shifted[: WORDS_PER_WEEK - whole_words - 1] |= masks[whole_words + 1 :] << np.uint64(64 - bits)
    return shifted


def _shift_left(masks: Masks, slots: int) -> Masks:
    """Shift all words together to the left; overflow past the last word is dropped."""
    whole_words, bits = divmod(slots, 64)
    shifted = np.zeros_like(masks)
    shifted[whole_words:] = masks[: WORDS_PER_WEEK - whole_words] << np.uint64(bits)
    if bits and whole_words + 1 < WORDS_PER_WEEK:
        shifted[whole_words + 1 :] |= masks[: WORDS_PER_WEEK - whole_words - 1] >> np.uint64(64 - bits)
    return shifted


Positions = NDArray[np.intp]


Quarters = NDArray[np.uint16]


class OverlapBatch:
    """Computes the time in common for many requests at once.

    Each request has one week per kind (`kind_counts`), none if its work is asynchronous. Masks are flat arrays of
    words, so that the overlap of many requests is computed word by word. Arrays by request and by kind of week run in
    the order of the requests.
    """

    def __init__(self, weeks: VolunteerWeeks, request_arrays: RequestArrays, today: dt.date) -> None:
        kinds = [
            weeks.week_kinds(request, today) if request.delivery != "asynchronous" else []
            for request in request_arrays.requests
        ]
        all_kinds = [kind for request_kinds in kinds for kind in request_kinds]
        self.kind_counts = np.fromiter(map(len, kinds), np.intp, len(kinds))
        self._first_kind = np.cumsum(self.kind_counts) - self.kind_counts
        self._week_counts = np.array([*(kind.weeks for kind in all_kinds), 1], np.int32)
        self._table, starts = _flatten_volunteer_masks(weeks, all_kinds)
        row = np.repeat(np.arange(len(kinds)), self.kind_counts)
        hospitals = _hospital_masks(request_arrays.requests, row, [kind.monday for kind in all_kinds])
        week, word_index = np.nonzero(hospitals.T)
        self._bits = hospitals[word_index, week]
        self._table_lines = starts[week] + word_index * len(weeks.volunteers)
        self._word_counts = np.bincount(week, minlength=len(all_kinds) + 1)
        self._word_starts = np.cumsum(self._word_counts) - self._word_counts

    def word_counts(self, requests: Positions) -> Positions:
        """Return the number of words in the first week of each request, 0 for asynchronous ones."""
        return np.where(self.kind_counts.take(requests) > 0, self._word_counts.take(self._first_kind.take(requests)), 0)

    def first_week(self, requests: Positions, sizes: Positions, volunteer_idx: Positions) -> Quarters:
        """Return the common quarter hours in the first kind of week, 0 for asynchronous requests.

        `volunteer_idx` holds `sizes[i]` volunteers for request i. Requests must be ordered by `word_counts`, most
        first.
        """
        request_count = np.count_nonzero(self.word_counts(requests))
        quarters = self._quarters(self._first_kind.take(requests[:request_count]), sizes[:request_count], volunteer_idx)
        return np.concatenate([quarters, np.zeros(len(volunteer_idx) - len(quarters), np.uint16)])

    def all_weeks(
        self, requests: Positions, sizes: Positions, volunteer_idx: Positions, first: Quarters
    ) -> tuple[Quarters, Int32s]:
        """Return the common quarter hours in the worst week and minutes in an average week. `first`: result of `first_week`."""
        kind_counts, first_kind = self.kind_counts.take(requests), self._first_kind.take(requests)
        # 1 for asynchronous requests, as it is a divisor
        week_counts = np.where(kind_counts > 0, self._week_counts.take(first_kind), np.int32(1))
        minimum, total = first.copy(), first * np.repeat(week_counts, sizes)
        starts = np.cumsum(sizes) - sizes
        for kind_number in range(1, kind_counts.max(initial=0)):
            remaining = np.flatnonzero(kind_counts > kind_number)
            word_counts = self._word_counts.take(first_kind[remaining] + kind_number)
            remaining = remaining[np.argsort(-word_counts, kind="stable")]
            kinds, kind_sizes = first_kind[remaining] + kind_number, sizes[remaining]
            first_pairs = starts[remaining] - np.cumsum(kind_sizes) + kind_sizes
            pair_idx = np.repeat(first_pairs, kind_sizes) + np.arange(kind_sizes.sum())
            quarters = self._quarters(kinds, kind_sizes, volunteer_idx.take(pair_idx))
            minimum[pair_idx] = np.minimum(minimum.take(pair_idx), quarters)
            total[pair_idx] += quarters * np.repeat(self._week_counts.take(kinds), kind_sizes)
            week_counts[remaining] += self._week_counts.take(kinds)
        average: Int32s = total * calendars.QUARTER_MINUTES // np.repeat(week_counts, sizes)
        return minimum, average

    def _quarters(self, kinds: Positions, sizes: Positions, volunteer_idx: Positions) -> Quarters:
        """Return the common quarter hours in these kinds of week, each with `sizes[i]` volunteers. Most words come first."""
        word_counts, start = self._word_counts.take(kinds), self._word_starts.take(kinds)
        quarters = np.zeros(sizes.sum(), np.uint16)
        for word_number in range(word_counts.max(initial=0)):
            kind_count = np.count_nonzero(word_counts > word_number)
            word_idx = start[:kind_count] + word_number
            lines = np.repeat(self._table_lines.take(word_idx), sizes[:kind_count])
            lines += volunteer_idx[: len(lines)]
            common_bits = self._table.take(lines, mode="clip")
            common_bits &= np.repeat(self._bits.take(word_idx), sizes[:kind_count])
            quarters[: len(common_bits)] += np.bitwise_count(common_bits)
        return quarters


def _flatten_volunteer_masks(weeks: VolunteerWeeks, kinds: Sequence[WeekKind]) -> tuple[NDArray[np.uint64], Positions]:
    """Return the volunteers' masks for each clock reading as one flat array, and the start of each kind's masks in it."""
    readings = {kind.clock_reading: kind.monday for kind in kinds}
    width = WORDS_PER_WEEK * len(weeks.volunteers)
    table, start_of = np.empty(len(readings) * width, np.uint64), {}
    for table_number, (reading, monday) in enumerate(readings.items()):
        start_of[reading] = table_number * width
        table[table_number * width : (table_number + 1) * width] = weeks.compute_utc_masks(monday).ravel()
    return table, np.fromiter((start_of[kind.clock_reading] for kind in kinds), np.intp, len(kinds))


def _hospital_masks(requests: Sequence[RequestFacts], row: Positions, mondays: Sequence[dt.date]) -> Masks:
    """Return the hospitals' free time in UTC, WORDS_PER_WEEK x weeks. `row`: the request of each week."""
    local = b"".join(request.mask.to_bytes(BYTES_PER_WEEK, "little") for request in requests)
    masks = np.frombuffer(local, "<u8").reshape(-1, WORDS_PER_WEEK).T.take(row, axis=1).astype(np.uint64)
    spans: dict[Any, list[int]] = {}
    for week, (request_row, monday) in enumerate(zip(row.tolist(), mondays, strict=True)):
        spans.setdefault(calendars.list_offset_spans(requests[request_row].zone, monday), []).append(week)
    for span, weeks in spans.items():
        masks[:, weeks] = to_utc(masks[:, weeks], span)
    return masks
