"""Demand and supply side by side: bands of hours, what a row advises, order and sums. Plain values in, value out.

In 2020 two thirds of 600,000 approved NHS responders had no task after a month (field.md): recruiting must pause
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
"""The most that a request of a band asks for; the last band has no end."""
PAUSE_NUMERATOR, PAUSE_DENOMINATOR = 3, 2
"""More idle people than one and a half times the seats: pause."""
ANY_SPECIALTY = ""
"""The group of requests that ask for no specialty; everybody counts for them."""
ROWS_PER_PAGE = 25
"""Rows on one page."""


class BoardKey(NamedTuple):
    """What a row is about."""

    group: str
    language: str
    band: Band


class MedianWait(NamedTuple):
    """Median days: from a request's opening to its first yes, and from readiness to a volunteer's first yes."""

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
        """Seats without somebody; below zero: people without a seat."""
        return self.seats - self.idle

    @property
    def advice(self) -> Advice:
        """What it means for recruiting."""
        return advise(seats=self.seats, idle=self.idle)


class Demand(NamedTuple):
    """Requests with free seats that nobody was promised, and these seats."""

    requests: int = 0
    seats: int = 0


@dataclass(frozen=True)
class Board:
    """All rows, and everything together, in which each person and each request counts once."""

    rows: tuple[BoardRow, ...]
    demand: Demand
    idle: int
    median_wait: MedianWait

    @property
    def advice(self) -> Advice:
        """What all rows together mean for recruiting."""
        return advise(seats=self.demand.seats, idle=self.idle)


def band_of(minutes: int) -> Band:
    """The band of a request that asks for so many minutes a week."""
    return next((band for band, most in MAX_MINUTES.items() if minutes <= most), Band.OVER_4)


def minutes_for(band: Band) -> int:
    """The minutes a week with which a volunteer can take on any request of a band; for the last, some more than 4 h."""
    return MAX_MINUTES.get(band, MAX_MINUTES[Band.UP_TO_4] + 1)


def advise(*, seats: int, idle: int) -> Advice:
    """More seats than people: recruit. More than one and a half people a seat: pause. Else go on as now."""
    if seats > idle:
        return Advice.RECRUIT
    if idle * PAUSE_DENOMINATOR > seats * PAUSE_NUMERATOR:
        return Advice.PAUSE
    return Advice.STEADY


def cumulate_bands(by_highest: Mapping[BoardKey, int]) -> dict[BoardKey, int]:
    """People by the highest band that their hours fill, counted for each lower band too."""
    found: dict[BoardKey, int] = {}
    for group, language in {(key.group, key.language) for key in by_highest}:
        keys = [BoardKey(group, language, band) for band in reversed(Band)]
        sums = accumulate(by_highest.get(key, 0) for key in keys)
        found.update((key, number) for key, number in zip(keys, sums, strict=True) if number)
    return found


def build_rows(
    demand: Mapping[BoardKey, Demand], idle: Mapping[BoardKey, int], waited: Mapping[BoardKey, MedianWait]
) -> tuple[BoardRow, ...]:
    """A row wherever there is a seat or somebody without a task. The row of no specialty only where somebody asks."""
    keys = set(demand) | {key for key in idle if key.group != ANY_SPECIALTY}
    return tuple(BoardRow(key, *demand.get(key, Demand()), idle.get(key, 0), waited.get(key, NO_WAIT)) for key in keys)


ADVICE_ORDER = (Advice.RECRUIT, Advice.PAUSE, Advice.STEADY)
"""What needs somebody to act comes first."""


def sort_rows(found: Iterable[BoardRow], *, idle_first: bool) -> list[BoardRow]:
    """What is to be done first: recruit, the widest gap first; pause, where people wait longest; then all else.

    `idle_first`: the most people without a seat first, whatever is advised.
    """
    return sorted(found, key=lambda line: (_rank(line, idle_first=idle_first), *_about(line.key)))


def _rank(line: BoardRow, *, idle_first: bool) -> tuple[int, ...]:
    if idle_first:
        return (line.gap,)
    waited = line.median_wait.volunteers or 0 if line.advice is Advice.PAUSE else 0
    return ADVICE_ORDER.index(line.advice), -waited, line.gap if line.advice is Advice.PAUSE else -line.gap


def _about(key: BoardKey) -> tuple[str, str, int]:
    return key.group, key.language, list(Band).index(key.band)


def count_by_advice(found: Iterable[BoardRow]) -> dict[Advice, int]:
    """How many rows advise what, in the order in which they stand."""
    numbers = Counter(line.advice for line in found)
    return {advised: numbers[advised] for advised in ADVICE_ORDER}


def filter_by_advice(found: Iterable[BoardRow], advised: Advice | None) -> list[BoardRow]:
    """The rows that advise one thing; all of them for None."""
    return [line for line in found if advised in (None, line.advice)]


def paginate(found: list[BoardRow], start: int) -> tuple[list[BoardRow], int | None]:
    """The rows of one page, and where the next one begins, if there is one."""
    shown = found[start : start + ROWS_PER_PAGE]
    return shown, start + ROWS_PER_PAGE if len(found) > start + ROWS_PER_PAGE else None
