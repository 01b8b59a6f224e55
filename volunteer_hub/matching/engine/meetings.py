"""Time in common for the pairs of many requests at once, as `Weeks` has it for one.

One request after the other is many short steps, and between short steps Python lets one thread go on at a time. So a
round takes one word of the week of all its requests in a step: the requests with most words first, that each step
is a step over the first so many pairs.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Asked, Numbers, runs
from volunteer_hub.matching.engine.people import WORDS
from volunteer_hub.matching.engine.weeks import Kind, Weeks, hospital
from volunteer_hub.matching.rules import RequestFacts, calendars


class Week(NamedTuple):
    """A kind of week of one request: where the lines of its words start in the table, the hospital's bits, how many weeks."""

    lines: tuple[int, ...]
    bits: tuple[np.uint64, ...]
    weeks: int


class Met(NamedTuple):
    """Quarter hours in the poorest week of each pair's request, and in all its weeks, of which there are so many."""

    least: NDArray[np.uint16]
    total: NDArray[np.int32]
    weeks: Numbers

    def average(self, kept: NDArray[np.intp]) -> Numbers:
        """Minutes in an average week, of some."""
        found: Numbers = self.total.take(kept) * calendars.QUARTER // self.weeks.take(kept)
        return found


class Meetings:
    """The weeks of requests beside those of volunteers."""

    def __init__(self, weeks: Weeks, asked: Asked, today: dt.date) -> None:
        kinds = [weeks.kinds(one, today) if one.delivery != "asynchronous" else [] for one in asked.requests]
        readings = {kind.reading: kind for some in kinds for kind in some}
        self._table = np.concatenate(
            [np.empty(0, np.uint64), *(weeks.on_utc(kind).ravel() for kind in readings.values())]
        )
        width = WORDS * len(weeks.people)
        start = {reading: number * width for number, reading in enumerate(readings)}
        self._weeks = [
            [_week(one, kind, start[kind.reading], len(weeks.people)) for kind in some]
            for one, some in zip(asked.requests, kinds, strict=True)
        ]

    def words(self, row: int) -> int:
        """How many words the first week of a request has; none where nothing is done together."""
        return len(self._weeks[row][0].lines) if self._weeks[row] else 0

    def of(self, rows: NDArray[np.intp], who: NDArray[np.intp]) -> Met:
        """Each pair's time in common. Pairs of one request stand together, and the requests with most `words` come first."""
        spans = [(self._weeks[row], first, last) for row, first, last in runs(rows)]
        least = self._quarters([(some[0], last - first) for some, first, last in spans if some], who)
        least = np.concatenate([least, np.zeros(len(who) - len(least), np.uint16)])
        sizes = [last - first for _some, first, last in spans]
        weeks = np.repeat(np.array([some[0].weeks if some else 1 for some, *_span in spans], np.int32), sizes)
        met = Met(least, least.astype(np.int32) * weeks, weeks)
        for turn in range(1, max((len(some) for some, *_span in spans), default=0)):
            self._add([(some[turn], first, last) for some, first, last in spans if len(some) > turn], who, met)
        return met

    def _add(self, these: list[tuple[Week, int, int]], who: NDArray[np.intp], met: Met) -> None:
        """One more kind of week, of those requests that have one."""
        these.sort(key=lambda one: -len(one[0].lines))
        at = np.concatenate([np.arange(first, last) for _week, first, last in these])
        found = self._quarters([(week, last - first) for week, first, last in these], who.take(at))
        weeks = np.repeat(
            np.array([week.weeks for week, *_span in these], np.int32), [last - first for _week, first, last in these]
        )
        met.least[at] = np.minimum(met.least.take(at), found)
        met.total[at] += found * weeks
        met.weeks[at] += weeks

    def _quarters(self, these: list[tuple[Week, int]], who: NDArray[np.intp]) -> NDArray[np.uint16]:
        """Quarter hours in common in a week of each of these requests with its so many people. Most words come first."""
        sizes = np.array([size for _week, size in these], np.intp)
        found = np.zeros(sizes.sum(), np.uint16)
        for place in range(len(these[0][0].lines) if these else 0):
            some = [week for week, _size in these if len(week.lines) > place]
            lines = np.repeat([week.lines[place] for week in some], sizes[: len(some)])
            lines += who[: len(lines)]
            own = self._table.take(lines, mode="clip")
            own &= np.repeat(np.array([week.bits[place] for week in some], np.uint64), sizes[: len(some)])
            found[: len(own)] += np.bitwise_count(own)
        return found


def _week(request: RequestFacts, kind: Kind, start: int, number: int) -> Week:
    words: list[tuple[int, Any]] = list(hospital(request.mask, request.zone, kind.monday))
    return Week(tuple(start + word * number for word, _bits in words), tuple(bits for _word, bits in words), kind.weeks)
