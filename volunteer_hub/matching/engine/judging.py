"""Volunteers against requests: who could take them (gates), and how well (points by factor)."""

from __future__ import annotations

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
from volunteer_hub.matching.rules import LIVE_SHARE_MINUTES, Factor, Gate, RequestFacts, Weights


class Common(NamedTuple):
    """Minutes in the poorest and in an average week of a request."""

    least: Numbers
    average: Numbers


class Batch(NamedTuple):
    """Pairs with every gate open: volunteer, request (row of Asked), minutes in an average week. A request's stand together."""

    who: Places
    rows: Numbers
    average: Numbers


class Judge:
    """Judges on one day by one version of the weights. `only`: nobody else is looked at (one flag a volunteer)."""

    def __init__(self, people: People, *, today: dt.date, weights: Weights, only: Flags | None = None) -> None:
        self.people, self.today, self.weights, self.only = people, today, weights, only
        self.weeks = Weeks(people)
        self._holders: dict[tuple[int, int], Places] = {}
        self._last: tuple[object, Places] = (None, NOBODY)

    def asked(self, requests: Sequence[RequestFacts]) -> Asked:
        """Requests as arrays, for `batch`."""
        return Asked(requests, self.people, today=self.today, weights=self.weights)

    def holders(self, request: RequestFacts) -> Places:
        """Who has every required skill and one of the languages at the level asked: the index before all else."""
        key = (request.required, tuple(request.languages.items()))
        if self._last[0] != key:
            self._last = (key, self._find(request))
        return self._last[1]

    def _find(self, request: RequestFacts) -> Places:
        known = self.people.index.skills
        asked = [(known.get(code, -1), level) for code, level in request.required]
        if any(skill < 0 for skill, _level in asked):
            return NOBODY
        lists = sorted((self._holding(skill, level) for skill, level in asked), key=len)
        found = lists[0] if lists else self._holding(-1, 0)
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

    def batch(self, asked: Asked, numbers: Sequence[int]) -> Batch:
        """Every pair of these requests for which every gate is open."""
        found = [NOBODY if gating.closed_for_all(asked.requests[n]) else self.holders(asked.requests[n]) for n in numbers]
        who = np.concatenate([NOBODY, *found])
        rows = np.repeat(np.array(numbers, np.int32), [len(one) for one in found])
        kept = np.flatnonzero(self._passes(asked, rows, who))
        who, rows = who[kept], rows[kept]
        kept = np.flatnonzero(~gating.dates(self.people, asked, rows, who))
        return self._meet(asked, rows[kept], who[kept])

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

    def _meet(self, asked: Asked, rows: Numbers, who: Places) -> Batch:
        """Those with enough time in common in every week."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        for row, first, last in runs(rows):
            request = asked.requests[row]
            if request.delivery != "asynchronous":
                least[first:last], average[first:last] = self.weeks.shared(request, who[first:last], self.today)
        kept = np.flatnonzero(least >= asked.needed[rows])
        return Batch(who[kept], rows[kept], average[kept])

    def points(self, asked: Asked, batch: Batch) -> NDArray[np.int32]:
        """0 to 100 for each pair."""
        total = np.zeros(len(batch.who), np.uint8)
        for part in pointing.parts(self.people, asked, batch.rows, batch.who, batch.average).values():
            total += part
        return total.astype(np.int32)

    # One request

    def possible(self, request: RequestFacts) -> tuple[Places, Common]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        who = self.batch(self.asked([request]), [0]).who
        return who, self.common(request, who)

    def closed(self, request: RequestFacts, who: Places) -> dict[Gate, Flags]:
        """Every gate for each of `who`: whether it is closed."""
        asked, rows, nobody = self.asked([request]), np.zeros(len(who), np.int32), np.zeros(len(who), np.bool_)
        found = dict.fromkeys(Gate, nobody)
        found |= {gate: check(self.people, asked, rows, who) for gate, check in gating.CHECKS.items()}
        found |= dict.fromkeys(gating.closed_for_all(request), np.ones(len(who), np.bool_))
        for gate, some in gating.few(self.people, request).items():
            found[gate] = found[gate] | np.isin(who, some)
        found[Gate.OVERLAP] = self.common(request, who).least < LIVE_SHARE_MINUTES[request.delivery]
        return found

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

