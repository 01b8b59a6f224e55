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

Pairs = NDArray[np.intp]
Quarters = NDArray[np.uint16]


class Week(NamedTuple):
    """A kind of week of one request: where the lines of its words start in the table, the hospital's bits, how many weeks."""

    lines: tuple[int, ...]
    bits: tuple[np.uint64, ...]
    weeks: int


def _weeks(some: list[Week]) -> int:
    """How many; one where nothing is done together, to divide by."""
    return sum(week.weeks for week in some) or 1


class Meetings:
    """The weeks of requests beside those of volunteers."""

    def __init__(self, weeks: Weeks, asked: Asked, today: dt.date) -> None:
        kinds = [weeks.kinds(one, today) if one.delivery != "asynchronous" else [] for one in asked.requests]
        readings = {kind.reading: kind for some in kinds for kind in some}
        width = WORDS * len(weeks.people)
        self._table = np.empty(len(readings) * width, np.uint64)
        for number, kind in enumerate(readings.values()):
            self._table[number * width : (number + 1) * width] = weeks.moved(kind.monday).ravel()
        start = {reading: number * width for number, reading in enumerate(readings)}
        self._weeks = [
            [_week(one, kind, start[kind.reading], len(weeks.people)) for kind in some]
            for one, some in zip(asked.requests, kinds, strict=True)
        ]

    def words(self, row: int) -> int:
        """How many words the first week of a request has; none where nothing is done together."""
        return len(self._weeks[row][0].lines) if self._weeks[row] else 0

    def first(self, rows: Pairs, who: Pairs) -> Quarters:
        """Quarter hours in common in the first kind of week of each pair's request, or none where nothing is done together.

        Pairs of one request stand together, and the requests with most `words` come first.
        """
        spans = [(self._weeks[row], last - first) for row, first, last in runs(rows)]
        found = self._quarters([(some[0], size) for some, size in spans if some], who)
        return np.concatenate([found, np.zeros(len(who) - len(found), np.uint16)])

    def all(self, rows: Pairs, who: Pairs, first: Quarters) -> tuple[Quarters, Numbers]:
        """Quarter hours in the poorest week, and minutes in an average one, from those in the first kind of week."""
        spans = [(self._weeks[row], start, end) for row, start, end in runs(rows)]
        sizes = [end - start for _some, start, end in spans]
        least, weeks = first.copy(), np.repeat(np.array([_weeks(some[:1]) for some, *_at in spans], np.int32), sizes)
        total = least * weeks
        for turn in range(1, max((len(some) for some, *_at in spans), default=0)):
            these = [(some[turn], start, end) for some, start, end in spans if len(some) > turn]
            these.sort(key=lambda one: -len(one[0].lines))
            at = np.concatenate([np.arange(start, end) for _week, start, end in these])
            found = self._quarters([(week, end - start) for week, start, end in these], who.take(at))
            least[at] = np.minimum(least.take(at), found)
            total[at] += found * np.repeat(
                np.array([week.weeks for week, *_at in these], np.int32), [end - start for _week, start, end in these]
            )
        of_all = np.repeat(np.array([_weeks(some) for some, *_at in spans], np.int32), sizes)
        return least, total * calendars.QUARTER // of_all

    def _quarters(self, these: list[tuple[Week, int]], who: Pairs) -> Quarters:
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
