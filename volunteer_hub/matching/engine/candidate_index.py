"""Who could take a request, as far as lists can tell: the index before all else.

For each skill a list of those who have it, most hours a week first, and beside it what else is asked of them, in the
same order. So a request reads one piece of each from the start, and most of the people are never looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.fit.rules.evaluation import CLINICAL_KINDS
from volunteer_hub.matching.engine.gates import Flags, gates_closed_for_all
from volunteer_hub.matching.engine.request_arrays import Int32s, UInt8s
from volunteer_hub.matching.engine.volunteer_arrays import NO_VOLUNTEERS, Indices, VolunteerArrays

RequirementKey = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...], bool, bool]
"""What lists know of a request, but for the hours: required skills, languages, whether it is clinical, whether it is closed."""
ANYTHING = -1, 0
"""A skill and level that everybody has."""


class SkillHolders:
    """Some volunteers, those with most minutes a week first, and columns about them in this order."""

    def __init__(self, who: Indices, levels: UInt8s, people: VolunteerArrays, minutes: Int32s) -> None:
        """`levels`: of each of them in the skill; `minutes`: of everybody, by place."""
        self.volunteer_idx, self.levels, self._people = who, levels, people
        self.is_regulated = people.is_regulated.take(who)
        self._less = -minutes.take(who)
        self._languages: dict[int, UInt8s] = {}

    def count_with_minutes(self, minutes: int) -> int:
        """How many have so many minutes or more."""
        return int(self._less.searchsorted(np.int32(-minutes), side="right"))

    def language_ranks(self, code: int) -> UInt8s:
        """How well each speaks it."""
        found = self._languages.get(code)
        if found is None:
            found = self._languages[code] = self._people.languages[code].take(self.volunteer_idx)
        return found


class CandidateIndex:
    """Finds volunteers for requests. `only`: nobody else is looked at; `free`: minutes a week of each."""

    def __init__(self, people: VolunteerArrays, free: Int32s, only: Flags | None = None) -> None:
        self.volunteers, self.free = people, free
        self._only = np.ones(len(people), np.bool_) if only is None else only
        self._lists: dict[int, SkillHolders] = {}
        self._holders: dict[tuple[int, int], Indices] = {}

    def iter_eligible(self, requests: Sequence[RequestFacts]) -> Iterator[tuple[int, Indices]]:
        """The place of each request and who could take it.

        Those that ask for the same stand together, least hours first: so who has the hours for one stands at the
        beginning of who had them for the one before, and the processor has these people at hand.
        """
        asked = [(_kind(one), one.weekly_minutes) for one in requests]
        before, able = None, NO_VOLUNTEERS
        for number in sorted(range(len(requests)), key=asked.__getitem__):
            kind, minutes = asked[number]
            if kind != before:
                before, able = kind, self._able(kind, minutes)
            else:
                able = able[: np.count_nonzero(self.free.take(able) >= minutes)]
            yield number, able

    def list_eligible(self, request: RequestFacts) -> Indices:
        """Those who are ready, have room, the hours, the skills and one of the languages, and may do what is clinical.

        For one request alone, by place: looking at everybody takes less than to put anybody in order.
        """
        required, languages, clinical, closed = _kind(request)
        asked, people = self._numbers(required), self.volunteers
        if asked is None or closed:
            return NO_VOLUNTEERS
        fine = self._may & (self.free >= request.weekly_minutes)
        for skill, level in asked if required else ():
            fine &= people.levels[skill] >= level
        if clinical:
            fine &= people.is_regulated
        if languages:
            fine &= self._one_of(languages, len(people), people.languages.__getitem__)
        return np.flatnonzero(fine).astype(np.int32)

    def list_with_skills_and_language(self, request: RequestFacts) -> Indices:
        """Who has every required skill and one of the languages at the level asked, ready or not."""
        found, speak = self.list_with_skills(request), self.volunteers.languages
        if not request.languages:
            return found
        return found[self._one_of(request.languages.items(), len(found), lambda code: speak[code].take(found))]

    def list_with_skills(self, request: RequestFacts) -> Indices:
        """Who has every required skill, whatever they speak, ready or not."""
        asked = self._numbers(request.required)
        if asked is None:
            return NO_VOLUNTEERS
        return self._with_others(min((self._holding(*one) for one in asked), key=len), asked)

    def list_all(self) -> Indices:
        """All that are looked at."""
        return self._holding(*ANYTHING)

    def _able(self, kind: RequirementKey, minutes: int) -> Indices:
        required, languages, clinical, closed = kind
        asked = self._numbers(required)
        if asked is None or closed:
            return NO_VOLUNTEERS
        lists = [self._list(skill) for skill, _level in asked]
        numbers = [some.count_with_minutes(minutes) for some in lists]
        number = min(numbers)
        at = numbers.index(number)
        fine = lists[at].levels[:number] >= asked[at][1]
        if clinical:
            fine &= lists[at].is_regulated[:number]
        if languages:
            fine &= self._one_of(languages, number, lambda code: lists[at].language_ranks(code)[:number])
        return self._with_others(lists[at].volunteer_idx[:number][fine], asked)

    def _numbers(self, required: Iterable[tuple[str, int]]) -> list[tuple[int, int]] | None:
        """Required skills by number, with their levels; None if nobody can have one of them."""
        known = self.volunteers.index.skills
        found = [(known.get(code, -1), level) for code, level in required]
        return None if any(skill < 0 for skill, _level in found) else found or [ANYTHING]

    def _with_others(self, who: Indices, asked: list[tuple[int, int]]) -> Indices:
        """Those who have all the skills, where there are several; whoever is here has one of them."""
        for skill, level in asked if len(asked) > 1 else ():
            who = who[self.volunteers.levels[skill].take(who) >= level]
        return who

    def _one_of(self, asked: Iterable[tuple[str, int]], size: int, how_well: Callable[[int], UInt8s]) -> Flags:
        """Who speaks one of these languages at its level."""
        known = self.volunteers.index.languages
        spoken = [how_well(known[code]) >= level for code, level in asked if code in known]
        return functools.reduce(np.logical_or, spoken) if spoken else np.zeros(size, np.bool_)

    def _holding(self, skill: int, level: int) -> Indices:
        if (skill, level) not in self._holders:
            holds = self._only if skill < 0 else self._only & (self.volunteers.levels[skill] >= level)
            self._holders[skill, level] = np.flatnonzero(holds).astype(np.int32)
        return self._holders[skill, level]

    def _list(self, skill: int) -> SkillHolders:
        """Who is ready, has room and has the skill at any level."""
        if skill not in self._lists:
            if skill < 0:
                who, levels = self._in_order, np.zeros(len(self._in_order), np.uint8)
            else:
                levels = self.volunteers.levels[skill].take(self._in_order)
                at = np.flatnonzero(levels)
                who, levels = self._in_order.take(at), levels.take(at)
            self._lists[skill] = SkillHolders(who, levels, self.volunteers, self.free)
        return self._lists[skill]

    @functools.cached_property
    def _may(self) -> Flags:
        """Who is ready and has room."""
        return self._only & self.volunteers.ready & (self.volunteers.capacity_left > 0)

    @functools.cached_property
    def _in_order(self) -> Indices:
        """All who are ready and have room, most minutes first."""
        who = np.flatnonzero(self._may).astype(np.int32)
        order: NDArray[np.int64] = np.argsort(-self.free[who], kind="stable")
        return who[order]


def _kind(request: RequestFacts) -> RequirementKey:
    clinical, closed = request.kind in CLINICAL_KINDS, bool(gates_closed_for_all(request))
    return request.required, tuple(sorted(request.languages.items())), clinical, closed
