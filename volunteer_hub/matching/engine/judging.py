"""Volunteers against requests: who could take them (gates), and how well (points by factor)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine import gating, pointing
from volunteer_hub.matching.engine.asking import Asked, Numbers, Small, runs
from volunteer_hub.matching.engine.gating import Flags
from volunteer_hub.matching.engine.people import NOBODY, People, Places
from volunteer_hub.matching.engine.weeks import Weeks
from volunteer_hub.matching.rules import Factor, Gate, RequestFacts, Weights


class Common(NamedTuple):
    """Minutes in the poorest and in an average week of a request."""

    least: Numbers
    average: Numbers


class Batch(NamedTuple):
    """Pairs, a request's together: volunteer, request (row of Asked), minutes in an average week, weeks that they are there for."""

    who: Places
    rows: Numbers
    average: Numbers
    weeks: Numbers | None = None


class Judge:
    """Judges on one day by one version of the weights. `only`: nobody else is looked at (one flag a volunteer).

    `weeks`: the people's weeks, where somebody keeps them for the next judge; else this one works them out.
    """

    def __init__(
        self,
        people: People,
        *,
        today: dt.date,
        weights: Weights,
        only: Flags | None = None,
        weeks: Weeks | None = None,
    ) -> None:
        self.people, self.today, self.weights, self.only = people, today, weights, only
        self.weeks = weeks or Weeks(people)
        self._holders: dict[tuple[int, int], Places] = {}
        self._asked: Asked | None = None
        self._last: tuple[object, Places] = (None, NOBODY)

    def asked(self, requests: Sequence[RequestFacts]) -> Asked:
        """Requests as arrays, for `batch`; the same list again costs nothing."""
        if self._asked is None or self._asked.requests is not requests:
            self._asked = Asked(requests, self.people, today=self.today, weights=self.weights)
        return self._asked

    def holders(self, request: RequestFacts) -> Places:
        """Who has every required skill and one of the languages at the level asked: the index before all else."""
        key = (request.required, tuple(request.languages.items()))
        if self._last[0] != key:
            self._last = (key, self._find(request))
        return self._last[1]

    def skilled(self, request: RequestFacts) -> Places:
        """Who has every required skill, whatever they speak."""
        return self._find(dataclasses.replace(request, languages={}))

    def everybody(self) -> Places:
        """All that are looked at."""
        return self._holding(-1, 0)

    def _find(self, request: RequestFacts) -> Places:
        known = self.people.index.skills
        asked = [(known.get(code, -1), level) for code, level in request.required]
        if any(skill < 0 for skill, _level in asked):
            return NOBODY
        lists = sorted((self._holding(skill, level) for skill, level in asked), key=len)
        found = lists[0] if lists else self.everybody()
        for skill, level in asked if len(lists) > 1 else ():
            found = found[self.people.levels[skill][found] >= level]
        return found[self._speaks(request, found)] if request.languages else found

    def _holding(self, skill: int, level: int) -> Places:
        """Everybody for skill -1."""
        if (skill, level) not in self._holders:
            holds = self.people.levels[skill] >= level if skill >= 0 else np.ones(len(self.people), np.bool_)
            holds = holds if self.only is None else holds & self.only
            self._holders[skill, level] = np.flatnonzero(holds).astype(np.int32)
        return self._holders[skill, level]

    def _speaks(self, request: RequestFacts, who: Places) -> Flags:
        known, spoken = self.people.index.languages, np.zeros(len(who), np.bool_)
        for code, level in request.languages.items():
            if code in known:
                spoken |= self.people.languages[known[code]][who] >= level
        return spoken

    # Many requests at once

    def batch(self, asked: Asked, numbers: Sequence[int], holders: Sequence[Places]) -> Batch:
        """Every pair of these requests and their holders for which every gate is open."""
        found = [
            NOBODY if gating.closed_for_all(asked.requests[number]) else who
            for number, who in zip(numbers, holders, strict=True)
        ]
        who = np.concatenate([NOBODY, *found])
        rows = np.repeat(np.array(numbers, np.int32), [len(one) for one in found])
        kept = np.flatnonzero(self._passes(asked, rows, who))
        who, rows = who[kept], rows[kept]
        weeks = gating.covered(self.people, asked, rows, who)
        kept = np.flatnonzero(2 * weeks >= asked.weeks[rows])
        who, rows, weeks = who[kept], rows[kept], weeks[kept]
        least, average = self._meeting(asked, rows, who)
        kept = np.flatnonzero(least >= asked.needed[rows])
        return Batch(who[kept], rows[kept], average[kept], weeks[kept])

    def _passes(self, asked: Asked, rows: Numbers, who: Places) -> Flags:
        """The gates that cost little."""
        open_ = ~gating.hours(self.people, asked, rows, who)
        if self.only is None:
            open_ &= self.people.ready[who] & (self.people.places[who] > 0)
        if asked.clinical.any():
            open_ &= ~gating.role(self.people, asked, rows, who)
        if (asked.own >= 0).any():
            open_ &= ~gating.conflict(self.people, asked, rows, who)
        if self.people.bars or self.people.before:
            for row, first, last in runs(rows):
                for some in gating.few(self.people, asked.requests[row]).values():
                    open_[first:last] &= ~np.isin(who[first:last], some)
        return open_

    def _meeting(self, asked: Asked, rows: Numbers, who: Places) -> Common:
        """Time in common, request by request."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        for row, first, last in runs(rows):
            least[first:last], average[first:last] = self.common(asked.requests[row], who[first:last])
        return Common(least, average)

    def points(self, asked: Asked, batch: Batch) -> NDArray[np.int32]:
        """0 to 100 for each pair."""
        total = np.zeros(len(batch.who), np.uint8)
        for part in pointing.parts(self.people, asked, batch.rows, batch.who, batch.average, batch.weeks).values():
            total += part
        return total.astype(np.int32)

    # One request

    def possible(self, request: RequestFacts) -> tuple[Places, Common]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        who = self.batch(self.asked([request]), [0], [self.holders(request)]).who
        return who, self.common(request, who)

    def closed(self, request: RequestFacts, who: Places) -> dict[Gate, Flags]:
        """Every gate for each of `who`: whether it is closed."""
        return self.gates(self.asked([request]), np.zeros(len(who), np.int32), who)[0]

    def gates(self, asked: Asked, rows: Numbers, who: Places) -> tuple[dict[Gate, Flags], Numbers]:
        """Every gate for pairs, open or not, a request's together; and the minutes in common in an average week."""
        found = {gate: np.zeros(len(who), np.bool_) for gate in Gate}
        found |= {gate: check(self.people, asked, rows, who) for gate, check in gating.CHECKS.items()}
        for row, first, last in runs(rows):
            for gate in gating.closed_for_all(asked.requests[row]):
                found[gate][first:last] = True
            for gate, some in gating.few(self.people, asked.requests[row]).items():
                found[gate][first:last] |= np.isin(who[first:last], some)
        common = self._meeting(asked, rows, who)
        found[Gate.OVERLAP] = common.least < asked.needed[rows]
        return found, common.average

    def common(self, request: RequestFacts, who: Places) -> Common:
        """As `rules.common_minutes`, for each of `who`. Work in one's own time needs none, so none is counted."""
        if request.delivery == "asynchronous":
            return Common(np.zeros(len(who), np.int32), np.zeros(len(who), np.int32))
        return Common(*self.weeks.shared(request, who, self.today))

    def scores(self, request: RequestFacts, who: Places, common: Common) -> NDArray[np.int32]:
        """0 to 100 for each of `who`: the sum of `parts`."""
        return self.points(self.asked([request]), Batch(who, np.zeros(len(who), np.int32), common.average))

    def parts(self, request: RequestFacts, who: Places, common: Common) -> Mapping[Factor, Small]:
        """The points that each factor gives each of `who`."""
        return pointing.parts(self.people, self.asked([request]), np.zeros(len(who), np.int32), who, common.average)
