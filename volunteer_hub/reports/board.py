"""Demand and supply side by side: bands of hours, advice on recruiting, order and sums. Plain values in, value out.

In 2020 two thirds of 600,000 approved NHS volunteer responders had no task after a month. So recruiting must pause
where people wait, and go on where seats stay free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from volunteer_hub.reports.states import Advice, Band

MAX_MINUTES = {Band.UP_TO_1: 60, Band.UP_TO_2: 120, Band.UP_TO_4: 240}
"""The most minutes a week that a request of a band needs; the last band has no maximum."""
PAUSE_NUMERATOR, PAUSE_DENOMINATOR = 3, 2
"""Pause recruiting when there are more idle people than one and a half times the seats."""
ANY_SPECIALTY = ""
"""The group of requests that need no specialty; every volunteer counts as supply for them."""
ROWS_PER_PAGE = 25
"""Number of rows on one page."""


class BoardKey(NamedTuple):
    """The dimensions of a row."""

    group: str
    language: str
    band: Band


class MedianWait(NamedTuple):
    """Median days from a request's opening, and from a volunteer's readiness, to the first acceptance."""

    requests: int | None = None
    volunteers: int | None = None


NO_WAIT = MedianWait()


@dataclass(frozen=True)
class BoardRow:
    """One row of the board."""

    key: BoardKey
    requests: int = 0
    seats: int = 0
    idle: int = 0
    median_wait: MedianWait = NO_WAIT

    @property
    def gap(self) -> int:
        """Return seats without a volunteer; negative: volunteers without a seat."""
        return self.seats - self.idle

    @property
    def advice(self) -> Advice:
        """Return what the row means for recruiting."""
        return advise(seats=self.seats, idle=self.idle)


class Demand(NamedTuple):
    """Number of requests with free seats that no waiting match may take, and of these seats."""

    requests: int = 0
    seats: int = 0


@dataclass(frozen=True)
class Board:
    """All rows, and the totals, in which each volunteer and each request counts once."""

    rows: tuple[BoardRow, ...]
    demand: Demand
    idle: int
    median_wait: MedianWait

    @property
    def advice(self) -> Advice:
        """Return what the totals mean for recruiting."""
        return advise(seats=self.demand.seats, idle=self.idle)


def band_of(minutes: int) -> Band:
    """Return the band of a request that needs that many minutes a week."""
    return next((band for band, most in MAX_MINUTES.items() if minutes <= most), Band.OVER_4)


def minutes_for(band: Band) -> int:
    """Return the minutes a week that suffice for any request of a band; for the last band, just above 4 hours."""
    return MAX_MINUTES.get(band, MAX_MINUTES[Band.UP_TO_4] + 1)


def advise(*, seats: int, idle: int) -> Advice:
    """Return RECRUIT for more seats than people, PAUSE for more than one and a half people per seat, else STEADY."""
    if seats > idle:
        return Advice.RECRUIT
    if idle * PAUSE_DENOMINATOR > seats * PAUSE_NUMERATOR:
        return Advice.PAUSE
    return Advice.STEADY


def cumulate_bands(by_highest: Mapping[BoardKey, int]) -> dict[BoardKey, int]:
    """Turn counts by the highest band that a volunteer can fill into counts for that and each lower band."""
    counts: dict[BoardKey, int] = {}
    for group, language in {(key.group, key.language) for key in by_highest}:
        keys = [BoardKey(group, language, band) for band in reversed(Band)]
        sums = accumulate(by_highest.get(key, 0) for key in keys)
        counts.update((key, number) for key, number in zip(keys, sums, strict=True) if number)
    return counts


def build_rows(
    demand: Mapping[BoardKey, Demand], idle: Mapping[BoardKey, int], waits: Mapping[BoardKey, MedianWait]
) -> tuple[BoardRow, ...]:
    """Return one row per key that has a seat or an idle volunteer; without a specialty only where a request needs it."""
    keys = set(demand) | {key for key in idle if key.group != ANY_SPECIALTY}
    return tuple(BoardRow(key, *demand.get(key, Demand()), idle.get(key, 0), waits.get(key, NO_WAIT)) for key in keys)


ADVICE_ORDER = (Advice.RECRUIT, Advice.PAUSE, Advice.STEADY)
"""The advice that needs an action comes first."""


def sort_rows(rows: Iterable[BoardRow], *, idle_first: bool) -> list[BoardRow]:
    """Sort rows by urgency: recruit, the widest gap first; pause, the longest wait first; then the others.

    With `idle_first`, the most volunteers without a seat come first, whatever the advice.
    """
    return sorted(rows, key=lambda row: (_urgency(row, idle_first=idle_first), *_key_order(row.key)))


def _urgency(row: BoardRow, *, idle_first: bool) -> tuple[int, ...]:
    if idle_first:
        return (row.gap,)
    days_waited = row.median_wait.volunteers or 0 if row.advice is Advice.PAUSE else 0
    return ADVICE_ORDER.index(row.advice), -days_waited, row.gap if row.advice is Advice.PAUSE else -row.gap


def _key_order(key: BoardKey) -> tuple[str, str, int]:
    return key.group, key.language, list(Band).index(key.band)


def count_by_advice(rows: Iterable[BoardRow]) -> dict[Advice, int]:
    """Return the number of rows of each advice, in ADVICE_ORDER."""
    counts = Counter(row.advice for row in rows)
    return {advice: counts[advice] for advice in ADVICE_ORDER}


def filter_by_advice(rows: Iterable[BoardRow], advice: Advice | None) -> list[BoardRow]:
    """Return the rows of one advice; all of them for None."""
    return [row for row in rows if advice in (None, row.advice)]


def paginate(rows: list[BoardRow], start: int) -> tuple[list[BoardRow], int | None]:
    """Return the rows of the page that begins at `start`, and the start of the next page, if there is one."""
    page = rows[start : start + ROWS_PER_PAGE]
    return page, start + ROWS_PER_PAGE if len(rows) > start + ROWS_PER_PAGE else None
