"""All volunteers against one request: who could take it (gates), and how well (points by factor)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.people import NOBODY, People, Places, words
from volunteer_hub.matching.rules import (
    LIVE_SHARE_MINUTES,
    Bar,
    Factor,
    Gate,
    Past,
    RequestFacts,
    Weights,
    calendars,
    shares,
)
from volunteer_hub.matching.rules.fitting import CLINICAL_KINDS, FAR

Flags = NDArray[np.bool_]
Points = NDArray[np.int32]


class Common(NamedTuple):
    """Minutes in the poorest and in an average week of a request."""

    least: NDArray[np.int32]
    average: NDArray[np.int32]


class Judge:
    """Judges requests one after another on one day by one version of the weights."""

    def __init__(self, people: People, *, today: dt.date, weights: Weights) -> None:
        self.people, self.today, self.weights = people, today, weights
        self._holders: dict[tuple[int, int], Places] = {}
        self._last: tuple[Any, Places] = ((), NOBODY)

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
        found = lists[0] if lists else np.arange(len(self.people), dtype=np.int32)
        for skill, level in asked if len(lists) > 1 else ():
            found = found[self.people.levels[skill][found] >= level]
        return found[self._speaks(request, found)] if request.languages else found

    def _holding(self, skill: int, level: int) -> Places:
        if (skill, level) not in self._holders:
            self._holders[skill, level] = np.flatnonzero(self.people.levels[skill] >= level).astype(np.int32)
        return self._holders[skill, level]

    def _speaks(self, request: RequestFacts, who: Places) -> Flags:
        known, spoken = self.people.index.languages, np.zeros(len(who), np.bool_)
        for code, level in request.languages.items():
            if code in known:
                spoken |= self.people.languages[known[code]][who] >= level
        return spoken

    # Gates

    def possible(self, request: RequestFacts) -> tuple[Places, Common]:
        """Those for whom every gate is open, and the time they have in common with the hospital."""
        who = NOBODY if self._closed_for_all(request) else self.holders(request)
        for gate in self._gates(request):
            if not len(who):
                break
            closed = gate(request, who)
            if closed is not None and closed.any():
                who = who[~closed]
        common = self.common(request, who)
        enough = common.least >= LIVE_SHARE_MINUTES[request.delivery]
        if enough.all():
            return who, common
        return who[enough], Common(common.least[enough], common.average[enough])

    def closed(self, request: RequestFacts, who: Places) -> dict[Gate, Flags]:
        """Every gate for each of `who`: whether it is closed."""
        everybody, nobody = np.ones(len(who), np.bool_), np.zeros(len(who), np.bool_)
        found = dict.fromkeys(Gate, nobody)
        found |= dict.fromkeys(self._closed_for_all(request), everybody)
        if request.languages:
            found[Gate.LANGUAGE] = ~self._speaks(request, who)
        found[Gate.SKILLS] = ~self._skilled(request, who)
        for gate, check in self._named(request).items():
            closed = check(request, who)
            if closed is not None:
                found[gate] = found[gate] | closed
        found[Gate.OVERLAP] = self.common(request, who).least < LIVE_SHARE_MINUTES[request.delivery]
        return found

    def _closed_for_all(self, request: RequestFacts) -> list[Gate]:
        gates = {
            Gate.NOT_OPEN: not request.is_open,
            Gate.AGREEMENT: not request.agreement,
            Gate.ROLE: not request.remote,
        }
        return [gate for gate, closed in gates.items() if closed]

    def _gates(self, request: RequestFacts) -> list[Any]:
        """The cheapest first."""
        return list(self._named(request).values())

    def _named(self, request: RequestFacts) -> dict[Gate, Any]:
        """The checks that one pair at a time decides, by gate; each gives flags, or None for nobody."""
        return {
            Gate.NOT_READY: lambda _r, who: ~self.people.ready[who],
            Gate.CAPACITY: lambda _r, who: self.people.places[who] <= 0,
            Gate.HOURS: lambda r, who: self.people.free[who] < r.weekly_minutes,
            Gate.DATES: lambda r, who: 2 * self.weeks(r, who) < r.weeks,
            Gate.ROLE: lambda r, who: ~self.people.regulated[who] if r.kind in CLINICAL_KINDS else None,
            Gate.CONFLICT: self._conflict,
            Gate.EXCLUDED: lambda r, who: _among(who, self.people.bars.get((r.institution_id, Bar.EXCLUSION))),
            Gate.DECLINED_BEFORE: lambda r, who: _among(who, self.people.before.get((r.id, Past.DECLINED))),
            Gate.RELEASED_BEFORE: lambda r, who: _among(who, self.people.before.get((r.id, Past.RELEASED))),
        }

    def _conflict(self, request: RequestFacts, who: Places) -> Flags | None:
        barred = _among(who, self.people.bars.get((request.institution_id, Bar.CONFLICT)))
        if not request.raised_by_id:
            return barred
        own = self.people.accounts[who] == request.raised_by_id
        return own if barred is None else own | barred

    def _skilled(self, request: RequestFacts, who: Places) -> Flags:
        found = np.ones(len(who), np.bool_)
        for code, level in request.required:
            found &= self._level(code, who) >= level
        return found

    def _level(self, code: str, who: Places) -> NDArray[np.uint8]:
        skill = self.people.index.skills.get(code, -1)
        return self.people.levels[skill][who] if skill >= 0 else np.zeros(len(who), np.uint8)

    def weeks(self, request: RequestFacts, who: Places) -> NDArray[np.int32]:
        """Whole weeks of the request for which each is there (rules.fitting.covered_weeks)."""
        start = request.first_on(self.today).toordinal()
        left = np.minimum(self.people.until_day[who] - start, FAR)
        found: NDArray[np.int32] = shares.weeks_covered(self.people.from_day[who] - start, left, request.weeks)
        return found

    # Time in common

    def common(self, request: RequestFacts, who: Places) -> Common:
        """As `rules.common_minutes`, for each of `who`. Work in one's own time needs none, so none is counted."""
        least, average = np.zeros(len(who), np.int32), np.zeros(len(who), np.int32)
        if request.delivery == "asynchronous" or not len(who):
            return Common(least, average)
        zones = self.people.zone[who] if len(self.people.zones) > 1 else None
        for number, zone in enumerate(self.people.zones):
            here = slice(None) if zones is None else zones == number
            part = who[here]
            if len(part):
                least[here], average[here] = self._shared(request, zone, part)
        return Common(least, average)

    def _shared(self, request: RequestFacts, zone: str, who: Places) -> tuple[Any, Any]:
        weeks = max(1, request.weeks)
        total, least = np.zeros(len(who), np.int32), None
        for layers, number in meetings(request.mask, request.zone, zone, request.first_on(self.today), weeks):
            minutes = np.zeros(len(who), np.int32)
            for word, value in layers:
                minutes += np.bitwise_count(self.people.masks[word][who] & value)
            minutes *= calendars.QUARTER
            total += minutes * number
            least = minutes if least is None else np.minimum(least, minutes)
        return least, total // weeks

    # Points

    def scores(self, request: RequestFacts, who: Places, common: Common) -> Points:
        """0 to 100 for each of `who`: the sum of `parts`."""
        total = np.zeros(len(who), np.int32)
        for part in self.parts(request, who, common).values():
            total += part
        return total

    def parts(self, request: RequestFacts, who: Places, common: Common) -> Mapping[Factor, Any]:
        """The points that each factor gives each of `who`."""
        w, people = self.weights, self.people
        start = request.opened_on or self.today
        found: dict[Factor, Any] = {
            Factor.LANGUAGE: self._language(request, who),
            Factor.SKILLS: self._skills(request, who),
            Factor.OVERLAP: shares.points(
                w[Factor.OVERLAP], shares.overlap(common.average, request.weekly_minutes, request.delivery)
            ),
            Factor.SPECIALTY: self._specialty(request, who),
            Factor.HOURS: shares.points(w[Factor.HOURS], shares.hours(people.free[who], request.weekly_minutes)),
            Factor.DURATION: _durations(request.weeks, w[Factor.DURATION])[self.weeks(request, who)],
            Factor.EXPERIENCE: self._experience(request, who),
            Factor.GOALS: self._goals(request, who),
            Factor.URGENCY: shares.points(w[Factor.URGENCY], shares.urgency(request.urgency)),
            Factor.WAITING: shares.points(w[Factor.WAITING], shares.waiting(max(0, (self.today - start).days))),
            Factor.FAIRNESS: _fairness(request.placed, w[Factor.FAIRNESS])[people.ever_placed[who].view(np.uint8)],
        }
        self._by_hand(request, who, found)
        return found

    def _language(self, request: RequestFacts, who: Places) -> Any:
        weight = self.weights[Factor.LANGUAGE]
        if not request.languages:
            return shares.points(weight, (1, 1))
        rank = np.zeros(len(who), np.uint8)
        for code in request.languages:
            if code in self.people.index.languages:
                np.maximum(rank, self.people.languages[self.people.index.languages[code]][who], out=rank)
        return _languages(weight)[rank]

    def _skills(self, request: RequestFacts, who: Places) -> Any:
        asked = [(code, level, 2) for code, level in request.required] + [(c, lv, 1) for c, lv in request.welcome]
        weight = self.weights[Factor.SKILLS]
        if not asked:
            return shares.points(weight, (1, 1))
        got = np.zeros(len(who), np.int32)
        for code, level, times in asked:
            near = self._level(code.rpartition(".")[0], who)
            got += times * _credit(level)[self._level(code, who) * np.uint8(4) + near]
        whole = shares.SKILL_WHOLE * sum(times for *_, times in asked)
        return _skills(whole, weight)[got]

    def _specialty(self, request: RequestFacts, who: Places) -> Any:
        weight, people = self.weights[Factor.SPECIALTY], self.people
        if request.specialty is None:
            return shares.points(weight, (1, 1))
        exact = _has(people.specialties, people.index.specialties.get(request.specialty, -1), who)
        group = _has(people.groups, people.index.groups.get(request.specialty_group or "", -1), who)
        declined = _among(who, people.not_my_field.get(request.specialty))
        not_mine = np.zeros(len(who), np.uint8) if declined is None else declined.view(np.uint8)
        return _specialties(weight)[exact | group << 1 | not_mine << 2]

    def _experience(self, request: RequestFacts, who: Places) -> Any:
        twinned = np.zeros(len(who), np.uint8)
        for employer in request.partners:
            twinned |= self.people.employers[who] == employer
        completed = np.minimum(self.people.completed[who], 2)
        return _experiences(self.weights[Factor.EXPERIENCE])[twinned * np.uint8(3) + completed]

    def _goals(self, request: RequestFacts, who: Places) -> Any:
        kind = self.people.index.kinds.get(request.kind or "", -1)
        met = (self.people.goals[who] >> np.uint16(max(kind, 0)) & np.uint16(kind >= 0)).astype(np.uint8)
        return _goals(self.weights[Factor.GOALS])[met]

    def _by_hand(self, request: RequestFacts, who: Places, found: dict[Factor, Any]) -> None:
        """What a coordinator set for single pairs."""
        for place, factor, share in self.people.overrides.get(request.id, ()):
            at = np.flatnonzero(who == place)
            if len(at):
                part = np.array(np.broadcast_to(found[factor], len(who)), np.int32)
                part[at] = shares.points(self.weights[factor], (share, 100))
                found[factor] = part


def _table(size: int, weight: int, share: Any) -> NDArray[np.int32]:
    """The points of each of the values 0 to size-1: the share's own lines, asked once for each value."""
    return np.array([shares.points(weight, share(n)) for n in range(size)], np.int32)


@lru_cache(maxsize=100)
def _languages(weight: int) -> NDArray[np.int32]:
    return _table(8, weight, shares.language)


@lru_cache(maxsize=2_000)
def _skills(whole: int, weight: int) -> NDArray[np.int32]:
    return _table(whole + 1, weight, lambda n: (n, whole))


@lru_cache(maxsize=100)
def _specialties(weight: int) -> NDArray[np.int32]:
    return _table(8, weight, lambda n: shares.specialty(n & 1, n >> 1 & 1, n >> 2))


@lru_cache(maxsize=2_000)
def _durations(weeks: int, weight: int) -> NDArray[np.int32]:
    return _table(weeks + 1, weight, lambda n: shares.duration(n, weeks))


@lru_cache(maxsize=100)
def _experiences(weight: int) -> NDArray[np.int32]:
    return _table(6, weight, lambda n: shares.experience(n // 3, n % 3))


@lru_cache(maxsize=100)
def _goals(weight: int) -> NDArray[np.int32]:
    return _table(2, weight, shares.goals)


@lru_cache(maxsize=2_000)
def _fairness(placed: int, weight: int) -> NDArray[np.int32]:
    return _table(2, weight, lambda n: shares.fairness(n, placed))


@lru_cache(maxsize=8)
def _credit(level: int) -> NDArray[np.int32]:
    """Twelfths of an asked skill by 4 * held + near."""
    return np.array([shares.skill(n // 4, n % 4, level) for n in range(16)], np.int32)


def _has(table: NDArray[np.uint64], code: int, who: Places) -> NDArray[np.uint8]:
    """Whether each of `who` has the code in a bit set."""
    if code < 0:
        return np.zeros(len(who), np.uint8)
    return (table[code // 64][who] >> np.uint64(code % 64) & np.uint64(1)).astype(np.uint8)


def _among(who: Places, some: Places | None) -> Flags | None:
    """Which of `who` are among a few; None when there are none."""
    return None if some is None or not len(some) else np.isin(who, some)


@lru_cache(maxsize=4_000)
def meetings(
    mask: int, zone: str, other: str, first_on: dt.date, weeks: int
) -> tuple[tuple[tuple[tuple[int, np.uint64], ...], int], ...]:
    """A hospital's free time on another clock, for each kind of week: ((word, bits), ...), and how many such weeks."""
    found = []
    for monday, number in calendars.season(other, zone, first_on, weeks):
        utc = calendars.on_utc(mask, zone, monday)
        layers = [
            (word, value)
            for layer in calendars.on_clock(utc, other, monday)
            for word, value in enumerate(words(layer))
            if value
        ]
        found.append((tuple(layers), number))
    return tuple(found)
