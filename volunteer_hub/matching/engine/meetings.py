"""Time in common for the pairs of many requests at once, as `Weeks` has it for one.

One request after the other is many short steps, and between short steps Python lets one thread go on at a time. So a
round takes one word of the week of all its requests in a step: the requests with most words first, that each step
is a step over the first so many pairs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Asked, Numbers, runs
from volunteer_hub.matching.engine.people import WORDS, Ints, Places
from volunteer_hub.matching.engine.weeks import Common, Kind, Weeks, hospital
from volunteer_hub.matching.rules import RequestFacts, calendars


class Week(NamedTuple):
    """A kind of week of one request: where the lines of its words start in the table, the hospital's bits, how many weeks."""

    lines: tuple[int, ...]
    bits: tuple[np.uint64, ...]
    weeks: int


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

    def common(self, rows: Numbers, who: Places) -> Common:
        """Minutes in the poorest and in an average week, for each pair. Pairs of one request stand together."""
        least, total = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        number = np.ones(len(who), np.int32)
        all_runs = [(self._weeks[row], first, last) for row, first, last in runs(rows)]
        for turn in range(max((len(some) for some, _first, _last in all_runs), default=0)):
            these = [(some[turn], first, last) for some, first, last in all_runs if len(some) > turn]
            at, found, weeks = self._turn(these, who)
            least[at] = found if turn == 0 else np.minimum(least[at], found)
            total[at] += found * weeks
            number[at] = weeks if turn == 0 else number[at] + weeks
        return Common(least * calendars.QUARTER, total * calendars.QUARTER // number)

    def _turn(self, these: Sequence[tuple[Week, int, int]], who: Places) -> tuple[Ints, NDArray[np.int32], Numbers]:
        """Of a kind of week of each of these requests: which pairs, their quarter hours in common, how many such weeks."""
        ordered = sorted(these, key=lambda one: -len(one[0].lines))
        sizes = np.array([last - first for _week, first, last in ordered])
        at = np.concatenate([np.arange(first, last) for _week, first, last in ordered])
        found, people = np.zeros(len(at), np.uint16), who.take(at).astype(np.int64)
        for place in range(len(ordered[0][0].lines)):
            some = [week for week, _first, _last in ordered if len(week.lines) > place]
            size = sizes[: len(some)]
            lines = np.repeat([week.lines[place] for week in some], size)
            lines += people[: len(lines)]
            own = self._table.take(lines, mode="clip")
            own &= np.repeat(np.array([week.bits[place] for week in some], np.uint64), size)
            found[: len(own)] += np.bitwise_count(own)
        weeks = np.repeat(np.array([week.weeks for week, _first, _last in ordered], np.int32), sizes)
        return at, found.astype(np.int32), weeks


def _week(request: RequestFacts, kind: Kind, start: int, number: int) -> Week:
    words: list[tuple[int, Any]] = list(hospital(request.mask, request.zone, kind.monday))
    return Week(tuple(start + word * number for word, _bits in words), tuple(bits for _word, bits in words), kind.weeks)
