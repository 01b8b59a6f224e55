"""Volunteers against requests: who could take them (gates), and how well (points by factor)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Factor, Gate, RequestFacts, Weights
from volunteer_hub.matching.engine import gates, scoring
from volunteer_hub.matching.engine.candidate_index import Finder
from volunteer_hub.matching.engine.gates import Flags
from volunteer_hub.matching.engine.overlap import Common, Meetings, Weeks
from volunteer_hub.matching.engine.request_arrays import Asked, Numbers, Small, runs
from volunteer_hub.matching.engine.volunteer_arrays import People, Places


class Batch(NamedTuple):
    """Pairs, a request's together: volunteer, request (row of Asked), minutes in an average week, weeks that they are there for."""

    who: NDArray[np.intp]
    rows: NDArray[np.intp]
    average: Numbers
    weeks: Numbers

    def some(self, at: Any) -> Batch:
        """These of them: places, or a flag each."""
        return Batch(self.who[at], self.rows[at], self.average[at], self.weeks[at])


class Judge:
    """Judges on one day by one version of the weights. `only`: nobody else is looked at (one flag a volunteer).

    `free`: minutes a week that a request must fit into, where less is left than People.free.
    `weeks`: the people's weeks, where somebody keeps them for the next judge; else this one works them out.
    """

    def __init__(
        self,
        people: People,
        *,
        today: dt.date,
        weights: Weights,
        only: Flags | None = None,
        free: NDArray[np.int32] | None = None,
        weeks: Weeks | None = None,
    ) -> None:
        self.free = people.free if free is None else free
        self.people, self.today, self.weights = people, today, weights
        self.weeks = weeks or Weeks(people)
        self.finder = Finder(people, self.free, only)
        self._asked: Asked | None = None

    def asked(self, requests: Sequence[RequestFacts]) -> Asked:
        """Requests as arrays, for `batch`; the same list again costs nothing."""
        if self._asked is None or self._asked.requests is not requests:
            self._asked = Asked(requests, self.people, today=self.today, weights=self.weights)
        return self._asked

    # Many requests at once

    def batch(self, asked: Asked, numbers: Sequence[int], able: Sequence[Places], meetings: Meetings) -> Batch:
        """Every pair of these requests and who is `able` for which every gate is open. `meetings` says which come first."""
        sizes = np.array([len(some) for some in able], np.intp)
        requests = np.array(numbers, np.intp)
        order = np.argsort(-meetings.words(requests), kind="stable")
        requests, sizes = requests[order], sizes[order]
        who = np.concatenate([able[at] for at in order.tolist()], dtype=np.intp)
        first = meetings.first(requests, sizes, who)
        kept = np.flatnonzero(first >= np.repeat(asked.quarters.take(requests), sizes))
        who, first = who.take(kept), first.take(kept)
        sizes = np.diff(np.searchsorted(kept, np.cumsum(sizes)), prepend=0)
        rows = np.repeat(requests, sizes)
        there, weeks = self._there(asked, rows, who)
        least, average = meetings.all(requests, sizes, who, first)
        there &= least >= asked.quarters.take(rows)
        found = Batch(who, rows, average, weeks)
        return found if there.all() else found.some(np.flatnonzero(there))

    def _there(self, asked: Asked, rows: Any, who: Any) -> tuple[Flags, Numbers]:
        """Whether a pair has half of the weeks, and no bar and no earlier answer shuts it out; and the weeks."""
        weeks = gates.covered(self.people, asked, rows, who)
        there = 2 * weeks >= asked.weeks.take(rows)
        if (asked.own >= 0).any():
            there &= ~gates.conflict(self.people, asked, rows, who)
        if self.people.bars or self.people.before:
            for row, first, last in runs(rows):
                for some in gates.few(self.people, asked.requests[row]).values():
                    there[first:last] &= ~np.isin(who[first:last], some)
        return there, weeks

    def _meeting(self, asked: Asked, rows: Numbers, who: Places) -> Common:
        """Time in common, request by request."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        for row, first, last in runs(rows):
            least[first:last], average[first:last] = self.common(asked.requests[row], who[first:last])
        return Common(least, average)

    def points(self, asked: Asked, rows: Numbers, who: Places, average: Numbers) -> NDArray[np.int32]:
        """0 to 100 for each pair."""
        return scoring.points(self.people, asked, rows, who, average).astype(np.int32)

    # One request

    def possible(self, request: RequestFacts) -> tuple[Places, Common]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        asked, who = self.asked([request]), self.finder.able(request)
        there, _weeks = self._there(asked, np.zeros(len(who), np.int32), who)
        who = who.take(np.flatnonzero(there))
        common = self.common(request, who)
        kept = np.flatnonzero(common.least >= asked.needed[0])
        return who.take(kept), Common(*(minutes.take(kept) for minutes in common))

    def closed(self, request: RequestFacts, who: Places) -> dict[Gate, Flags]:
        """Every gate for each of `who`: whether it is closed."""
        return self.gates(self.asked([request]), np.zeros(len(who), np.int32), who)[0]

    def gates(self, asked: Asked, rows: Numbers, who: Places) -> tuple[dict[Gate, Flags], Numbers]:
        """Every gate for pairs, open or not, a request's together; and the minutes in common in an average week."""
        found = {gate: np.zeros(len(who), np.bool_) for gate in Gate}
        found |= {gate: check(self.people, asked, rows, who) for gate, check in gates.CHECKS.items()}
        for row, first, last in runs(rows):
            for gate in gates.closed_for_all(asked.requests[row]):
                found[gate][first:last] = True
            for gate, some in gates.few(self.people, asked.requests[row]).items():
                found[gate][first:last] |= np.isin(who[first:last], some)
        common = self._meeting(asked, rows, who)
        found[Gate.OVERLAP] = common.least < asked.needed[rows]
        return found, common.average

    def common(self, request: RequestFacts, who: Places) -> Common:
        """As `rules.common_minutes`, for each of `who`. Work in one's own time needs none, so none is counted."""
        if request.delivery == "asynchronous":
            return Common(np.zeros(len(who), np.int32), np.zeros(len(who), np.int32))
        return self.weeks.shared(request, who, self.today)

    def scores(self, request: RequestFacts, who: Places, common: Common) -> NDArray[np.int32]:
        """0 to 100 for each of `who`: the sum of `parts`."""
        return self.points(self.asked([request]), np.zeros(len(who), np.int32), who, common.average)

    def parts(self, request: RequestFacts, who: Places, common: Common) -> Mapping[Factor, Small]:
        """The points that each factor gives each of `who`."""
        return scoring.parts(self.people, self.asked([request]), np.zeros(len(who), np.int32), who, common.average)
