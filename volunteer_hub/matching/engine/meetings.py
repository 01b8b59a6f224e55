"""Time in common for the pairs of many requests at once, as `Weeks` has it for one.

One request after the other is many short steps, and between short steps Python lets one thread go on at a time. So a
round takes one word of the week of all its requests in a step: the requests with most words first, that each step
is a step over the first so many pairs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Asked, Numbers
from volunteer_hub.matching.engine.people import BYTES, WORDS
from volunteer_hub.matching.engine.weeks import Kind, Masks, Weeks, on_utc
from volunteer_hub.matching.rules import RequestFacts, calendars

Pairs = NDArray[np.intp]
Quarters = NDArray[np.uint16]


class Meetings:
    """The weeks of requests beside those of volunteers. A request has one week of each kind, or none (`number`)."""

    def __init__(self, weeks: Weeks, asked: Asked, today: dt.date) -> None:
        kinds = [weeks.kinds(one, today) if one.delivery != "asynchronous" else [] for one in asked.requests]
        flat = [kind for some in kinds for kind in some]
        self.number = np.fromiter(map(len, kinds), np.intp, len(kinds))
        self._first = np.cumsum(self.number) - self.number
        self._weeks = np.array([*(kind.weeks for kind in flat), 1], np.int32)
        self._table, starts = _volunteers(weeks, flat)
        row = np.repeat(np.arange(len(kinds)), self.number)
        hospitals = _hospitals(asked.requests, row, [kind.monday for kind in flat])
        week, word = np.nonzero(hospitals.T)
        self._bits = hospitals[word, week]
        self._line = starts[week] + word * len(weeks.people)
        self._words = np.bincount(week, minlength=len(flat) + 1)
        self._start = np.cumsum(self._words) - self._words

    def words(self, requests: Pairs) -> Pairs:
        """How many words the first week of each request has; none where nothing is done together."""
        return np.where(self.number.take(requests) > 0, self._words.take(self._first.take(requests)), 0)

    def first(self, requests: Pairs, sizes: Pairs, who: Pairs) -> Quarters:
        """Quarter hours in common in the first kind of week, or none where nothing is done together.

        `who` holds so many people (`sizes`) for each of these requests. Those with most `words` come first.
        """
        some = np.count_nonzero(self.words(requests))
        found = self._quarters(self._first.take(requests[:some]), sizes[:some], who)
        return np.concatenate([found, np.zeros(len(who) - len(found), np.uint16)])

    def all(self, requests: Pairs, sizes: Pairs, who: Pairs, first: Quarters) -> tuple[Quarters, Numbers]:
        """Quarter hours in the poorest week, and minutes in an average one, from those in the first kind of week."""
        number, week = self.number.take(requests), self._first.take(requests)
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
        average: Numbers = total * calendars.QUARTER // np.repeat(weeks, sizes)
        return least, average

    def _quarters(self, weeks: Pairs, sizes: Pairs, who: Pairs) -> Quarters:
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


def _volunteers(weeks: Weeks, kinds: Sequence[Kind]) -> tuple[NDArray[np.uint64], Pairs]:
    """The volunteers' weeks for each reading of their clocks, one after the other; and where that of each kind starts."""
    readings = {kind.reading: kind.monday for kind in kinds}
    width = WORDS * len(weeks.people)
    table, start = np.empty(len(readings) * width, np.uint64), {}
    for number, (reading, monday) in enumerate(readings.items()):
        start[reading] = number * width
        table[number * width : (number + 1) * width] = weeks.moved(monday).ravel()
    return table, np.fromiter((start[kind.reading] for kind in kinds), np.intp, len(kinds))


def _hospitals(requests: Sequence[RequestFacts], row: Pairs, mondays: Sequence[dt.date]) -> Masks:
    """The hospital's free time of each week, WORDS x weeks in UTC. `row`: whose week each is."""
    local = b"".join(one.mask.to_bytes(BYTES, "little") for one in requests)
    masks = np.frombuffer(local, "<u8").reshape(-1, WORDS).T.take(row, axis=1).astype(np.uint64)
    spans: dict[Any, list[int]] = {}
    for week, (at, monday) in enumerate(zip(row.tolist(), mondays, strict=True)):
        spans.setdefault(calendars.spans(requests[at].zone, monday), []).append(week)
    for span, some in spans.items():
        masks[:, some] = on_utc(masks[:, some], span)
    return masks
