"""Volunteers against requests: who could take them (gates), and how well (points by factor)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine import gating, pointing
from volunteer_hub.matching.engine.asking import Asked, Numbers, Small, runs
from volunteer_hub.matching.engine.gating import Flags
from volunteer_hub.matching.engine.meetings import Meetings
from volunteer_hub.matching.engine.people import NOBODY, People, Places
from volunteer_hub.matching.engine.weeks import Common, Weeks
from volunteer_hub.matching.rules import Factor, Gate, RequestFacts, Weights
from volunteer_hub.matching.rules.fitting import CLINICAL_KINDS


class Batch(NamedTuple):
    """Pairs, a request's together: volunteer, request (row of Asked), minutes in an average week, weeks that they are there for."""

    who: NDArray[np.intp]
    rows: NDArray[np.intp]
    average: Numbers
    weeks: Numbers

    def some(self, at: Any) -> Batch:
        """These of them: places, or a flag each."""
        return Batch(self.who[at], self.rows[at], self.average[at], self.weeks[at])


class HoursFirst:
    """Some volunteers, those with most minutes a week first."""

    def __init__(self, who: Places, minutes: Numbers) -> None:
        """`minutes` of everybody, by place."""
        self.who, self._minutes = who, minutes
        self._number: dict[int, int] = {}

    def with_at_least(self, minutes: int) -> Places:
        """Those who have so many. Requests ask for few different numbers."""
        number = self._number.get(minutes)
        if number is None:
            number = self._number[minutes] = int(np.count_nonzero(self._minutes.take(self.who) >= minutes))
        return self.who[:number]


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
        self.people, self.today, self.weights, self.only = people, today, weights, only
        self.weeks = weeks or Weeks(people)
        self._holders: dict[tuple[int, int], Places] = {}
        self._asked: Asked | None = None
        self._by_hours: dict[tuple[int, int, bool], HoursFirst] = {}
        self._of_skill: dict[int, tuple[Places, Small]] = {}

    def asked(self, requests: Sequence[RequestFacts]) -> Asked:
        """Requests as arrays, for `batch`; the same list again costs nothing."""
        if self._asked is None or self._asked.requests is not requests:
            self._asked = Asked(requests, self.people, today=self.today, weights=self.weights)
        return self._asked

    def holders(self, request: RequestFacts) -> Places:
        """Who has every required skill and one of the languages at the level asked: the index before all else."""
        return self._find(request, self._holding)

    def able(self, request: RequestFacts) -> Places:
        """Those of them who have the hours, and may do what is clinical: as far as lists can tell who could take it."""
        clinical = request.kind in CLINICAL_KINDS
        return self._find(request, lambda skill, level: self._free(skill, level, clinical, request.weekly_minutes))

    def skilled(self, request: RequestFacts) -> Places:
        """Who has every required skill, whatever they speak."""
        return self._find(dataclasses.replace(request, languages={}), self._holding)

    def everybody(self) -> Places:
        """All that are looked at."""
        return self._holding(-1, 0)

    def _find(self, request: RequestFacts, those: Callable[[int, int], Places]) -> Places:
        known = self.people.index.skills
        if any(code not in known for code, _level in request.required):
            return NOBODY
        asked = [(known[code], level) for code, level in request.required] or [(-1, 0)]
        found = min((those(*one) for one in asked), key=len) if len(asked) > 1 else those(*asked[0])
        for skill, level in asked if len(asked) > 1 else ():
            found = found.take(np.flatnonzero(self.people.levels[skill].take(found) >= level))
        return found.take(np.flatnonzero(self._speaks(request, found))) if request.languages else found

    def _holding(self, skill: int, level: int) -> Places:
        """Everybody for skill -1."""
        if (skill, level) not in self._holders:
            holds = self.people.levels[skill] >= level if skill >= 0 else np.ones(len(self.people), np.bool_)
            holds = holds if self.only is None else holds & self.only
            self._holders[skill, level] = np.flatnonzero(holds).astype(np.int32)
        return self._holders[skill, level]

    def _free(self, skill: int, level: int, clinical: bool, minutes: int) -> Places:
        """Of the holders those with so many minutes a week, with room, and on a register for clinical work."""
        key = (skill, level, clinical)
        found = self._by_hours.get(key)
        if found is None:
            who, levels = self._by_skill(skill)
            may = levels >= level
            who = who[may & self.people.regulated.take(who)] if clinical else who[may]
            found = self._by_hours[key] = HoursFirst(who, self.free)
        return found.with_at_least(minutes)

    def _by_skill(self, skill: int) -> tuple[Places, Small]:
        """Who is ready and has room and the skill at any level, most minutes first; and the levels. Everybody for skill -1."""
        if skill not in self._of_skill:
            if skill < 0:
                self._of_skill[skill] = self._in_order, np.zeros(len(self._in_order), np.uint8)
            else:
                levels = self.people.levels[skill].take(self._in_order)
                at = np.flatnonzero(levels)
                self._of_skill[skill] = self._in_order.take(at), levels.take(at)
        return self._of_skill[skill]

    @functools.cached_property
    def _in_order(self) -> Places:
        """Those who are ready and have room, most minutes first."""
        may = self.people.ready & (self.people.places > 0)
        who = np.flatnonzero(may if self.only is None else may & self.only).astype(np.int32)
        return who[np.argsort(-self.free[who], kind="stable")]

    def _speaks(self, request: RequestFacts, who: Places) -> Flags:
        known, table = self.people.index.languages, self.people.languages
        spoken = [table[known[code]].take(who) >= level for code, level in request.languages.items() if code in known]
        return functools.reduce(np.logical_or, spoken) if spoken else np.zeros(len(who), np.bool_)

    # Many requests at once

    def batch(self, asked: Asked, numbers: Sequence[int], able: Sequence[Places], meetings: Meetings) -> Batch:
        """Every pair of these requests and who is `able` for which every gate is open. `meetings` says which come first."""
        some = [
            (number, who)
            for number, who in zip(numbers, able, strict=True)
            if not gating.closed_for_all(asked.requests[number])
        ]
        some.sort(key=lambda one: -meetings.words(one[0]))
        rows, who, weeks = self._there(
            asked,
            np.repeat(np.array([number for number, _who in some], np.intp), [len(who) for _number, who in some]),
            np.concatenate([NOBODY, *(who for _number, who in some)]).astype(np.intp),
        )
        first = meetings.first(rows, who)
        kept = np.flatnonzero(first >= asked.quarters.take(rows))
        rows, who, weeks = rows.take(kept), who.take(kept), weeks.take(kept)
        least, average = meetings.all(rows, who, first.take(kept))
        met = least >= asked.quarters.take(rows)
        found = Batch(who, rows, average, weeks)
        return found if met.all() else found.some(np.flatnonzero(met))

    def _there(self, asked: Asked, rows: Any, who: Any) -> tuple[Any, Any, Numbers]:
        """The pairs that no bar and no earlier answer shuts out, of those who are there for half of the weeks; and the weeks."""
        out = self._by_name(asked, rows, who)
        if out.any():
            rows, who = rows[~out], who[~out]
        weeks = gating.covered(self.people, asked, rows, who)
        kept = np.flatnonzero(2 * weeks >= asked.weeks.take(rows))
        return rows.take(kept), who.take(kept), weeks.take(kept)

    def _by_name(self, asked: Asked, rows: Any, who: Any) -> Flags:
        """Whom few gates shut out by name."""
        out = np.zeros(len(who), np.bool_)
        if (asked.own >= 0).any():
            out |= gating.conflict(self.people, asked, rows, who)
        if self.people.bars or self.people.before:
            for row, first, last in runs(rows):
                for some in gating.few(self.people, asked.requests[row]).values():
                    out[first:last] |= np.isin(who[first:last], some)
        return out

    def _meeting(self, asked: Asked, rows: Numbers, who: Places) -> Common:
        """Time in common, request by request."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        for row, first, last in runs(rows):
            least[first:last], average[first:last] = self.common(asked.requests[row], who[first:last])
        return Common(least, average)

    def points(self, asked: Asked, rows: Numbers, who: Places, average: Numbers) -> NDArray[np.int32]:
        """0 to 100 for each pair."""
        return pointing.points(self.people, asked, rows, who, average).astype(np.int32)

    # One request

    def possible(self, request: RequestFacts) -> tuple[Places, Common]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        asked, able = self.asked([request]), NOBODY if gating.closed_for_all(request) else self.able(request)
        _rows, who, _weeks = self._there(asked, np.zeros(len(able), np.int32), np.sort(able))
        common = self.common(request, who)
        kept = np.flatnonzero(common.least >= asked.needed[0])
        return who.take(kept), Common(*(minutes.take(kept) for minutes in common))

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
        return self.weeks.shared(request, who, self.today)

    def scores(self, request: RequestFacts, who: Places, common: Common) -> NDArray[np.int32]:
        """0 to 100 for each of `who`: the sum of `parts`."""
        return self.points(self.asked([request]), np.zeros(len(who), np.int32), who, common.average)

    def parts(self, request: RequestFacts, who: Places, common: Common) -> Mapping[Factor, Small]:
        """The points that each factor gives each of `who`."""
        return pointing.parts(self.people, self.asked([request]), np.zeros(len(who), np.int32), who, common.average)
