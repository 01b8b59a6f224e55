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

MOST_MINUTES = {Band.UP_TO_1: 60, Band.UP_TO_2: 120, Band.UP_TO_4: 240}
"""The most that a request of a band asks for; the last band has no end."""
PAUSE_NUMERATOR, PAUSE_DENOMINATOR = 3, 2
"""More idle people than one and a half times the seats: pause."""
ANY = ""
"""The group of requests that ask for no specialty; everybody counts for them."""
SHOWN = 25
"""Rows on one page."""


class Key(NamedTuple):
    """What a row is about."""

    group: str
    language: str
    band: Band


class Waited(NamedTuple):
    """Median days: from a request's opening to its first yes, and from readiness to a volunteer's first yes."""

    requests: int | None = None
    volunteers: int | None = None


NOBODY_YET = Waited()


@dataclass(frozen=True)
class Line:
    """One row of the board."""

    key: Key
    requests: int = 0
    seats: int = 0
    idle: int = 0
    waited: Waited = NOBODY_YET

    @property
    def gap(self) -> int:
        """Seats without somebody; below zero: people without a seat."""
        return self.seats - self.idle

    @property
    def advice(self) -> Advice:
        """What it means for recruiting."""
        return advice(seats=self.seats, idle=self.idle)


class Demand(NamedTuple):
    """Requests with free seats that nobody was promised, and these seats."""

    requests: int = 0
    seats: int = 0


@dataclass(frozen=True)
class Board:
    """All rows, and everything together, in which each person and each request counts once."""

    lines: tuple[Line, ...]
    demand: Demand
    idle: int
    waited: Waited

    @property
    def advice(self) -> Advice:
        """What all rows together mean for recruiting."""
        return advice(seats=self.demand.seats, idle=self.idle)


def band_of(minutes: int) -> Band:
    """The band of a request that asks for so many minutes a week."""
    return next((band for band, most in MOST_MINUTES.items() if minutes <= most), Band.OVER_4)


def enough_for(band: Band) -> int:
    """The minutes a week with which a volunteer can take on any request of a band; for the last, some more than 4 h."""
    return MOST_MINUTES.get(band, MOST_MINUTES[Band.UP_TO_4] + 1)


def advice(*, seats: int, idle: int) -> Advice:
    """More seats than people: recruit. More than one and a half people a seat: pause. Else go on as now."""
    if seats > idle:
        return Advice.RECRUIT
    if idle * PAUSE_DENOMINATOR > seats * PAUSE_NUMERATOR:
        return Advice.PAUSE
    return Advice.STEADY


def reaching(by_highest: Mapping[Key, int]) -> dict[Key, int]:
    """People by the highest band that their hours fill, counted for each lower band too."""
    found: dict[Key, int] = {}
    for group, language in {(key.group, key.language) for key in by_highest}:
        keys = [Key(group, language, band) for band in reversed(Band)]
        sums = accumulate(by_highest.get(key, 0) for key in keys)
        found.update((key, number) for key, number in zip(keys, sums, strict=True) if number)
    return found


def lines(demand: Mapping[Key, Demand], idle: Mapping[Key, int], waited: Mapping[Key, Waited]) -> tuple[Line, ...]:
    """A row wherever there is a seat or somebody without a task. The row of no specialty only where somebody asks."""
    keys = set(demand) | {key for key in idle if key.group != ANY}
    return tuple(Line(key, *demand.get(key, Demand()), idle.get(key, 0), waited.get(key, NOBODY_YET)) for key in keys)


FIRST = (Advice.RECRUIT, Advice.PAUSE, Advice.STEADY)
"""What needs somebody to act comes first."""


def ordered(found: Iterable[Line], *, idle_first: bool) -> list[Line]:
    """What is to be done first: recruit, the widest gap first; pause, where people wait longest; then all else.

    `idle_first`: the most people without a seat first, whatever is advised.
    """
    return sorted(found, key=lambda line: (_rank(line, idle_first=idle_first), *_about(line.key)))


def _rank(line: Line, *, idle_first: bool) -> tuple[int, ...]:
    if idle_first:
        return (line.gap,)
    waited = line.waited.volunteers or 0 if line.advice is Advice.PAUSE else 0
    return FIRST.index(line.advice), -waited, line.gap if line.advice is Advice.PAUSE else -line.gap


def _about(key: Key) -> tuple[str, str, int]:
    return key.group, key.language, list(Band).index(key.band)


def counted(found: Iterable[Line]) -> dict[Advice, int]:
    """How many rows advise what, in the order in which they stand."""
    numbers = Counter(line.advice for line in found)
    return {advised: numbers[advised] for advised in FIRST}


def only(found: Iterable[Line], advised: Advice | None) -> list[Line]:
    """The rows that advise one thing; all of them for None."""
    return [line for line in found if advised in (None, line.advice)]


def first_rows(found: list[Line], start: int) -> tuple[list[Line], int | None]:
    """The rows of one page, and where the next one begins, if there is one."""
    shown = found[start : start + SHOWN]
    return shown, start + SHOWN if len(found) > start + SHOWN else None
