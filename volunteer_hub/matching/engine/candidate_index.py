"""An index of candidates: for each skill its holders, those with most free minutes first, with the columns that are checked next.

A request reads a prefix of these lists, so most volunteers are never evaluated. The remaining gates are checked
afterwards.
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
"""What the index uses of a request, except the hours: required skills, languages, is clinical, is closed for all."""
ANY_SKILL = -1, 0
"""A pseudo skill and level that every volunteer has."""


class SkillHolders:
    """The holders of one skill, most free minutes first, and columns about them in this order."""

    def __init__(self, volunteer_idx: Indices, levels: UInt8s, volunteers: VolunteerArrays, minutes: Int32s) -> None:
        """`levels`: the level of each holder in the skill. `minutes`: weekly minutes of all volunteers."""
        self.volunteer_idx, self.levels, self._volunteers = volunteer_idx, levels, volunteers
        self.is_regulated = volunteers.is_regulated.take(volunteer_idx)
        self._negative_minutes = -minutes.take(volunteer_idx)
        self._language_ranks: dict[int, UInt8s] = {}

    def count_with_minutes(self, minutes: int) -> int:
        """Return how many holders have at least these weekly minutes; they come first."""
        return int(self._negative_minutes.searchsorted(np.int32(-minutes), side="right"))

    def language_ranks(self, code: int) -> UInt8s:
        """Return the rank of each holder in a language (cached)."""
        ranks = self._language_ranks.get(code)
        if ranks is None:
            ranks = self._language_ranks[code] = self._volunteers.languages[code].take(self.volunteer_idx)
        return ranks


class CandidateIndex:
    """Finds candidates for requests. `free_minutes`: weekly minutes of each volunteer; `only`: flags of those to consider."""

    def __init__(self, volunteers: VolunteerArrays, free_minutes: Int32s, only: Flags | None = None) -> None:
        self.volunteers, self.free_minutes = volunteers, free_minutes
        self._is_included = np.ones(len(volunteers), np.bool_) if only is None else only
        self._holders_by_skill: dict[int, SkillHolders] = {}
        self._indices_by_level: dict[tuple[int, int], Indices] = {}

    def iter_eligible(self, requests: Sequence[RequestFacts]) -> Iterator[tuple[int, Indices]]:
        """Yield (position in `requests`, candidates) for each request.

        Requests with equal requirements come together, fewest hours first: the candidates of one are then a prefix of
        the candidates of the one before, and are still in the CPU cache.
        """
        requirements = [(_requirement_key(request), request.weekly_minutes) for request in requests]
        previous_key, eligible = None, NO_VOLUNTEERS
        for number in sorted(range(len(requests)), key=requirements.__getitem__):
            key, minutes = requirements[number]
            if key != previous_key:
                previous_key, eligible = key, self._list_eligible_sorted(key, minutes)
            else:
                eligible = eligible[: np.count_nonzero(self.free_minutes.take(eligible) >= minutes)]
            yield number, eligible

    def list_eligible(self, request: RequestFacts) -> Indices:
        """Return the candidates of one request: available, with the hours, skills and a language, registered if needed.

        Checks all volunteers: for a single request that is faster than building sorted lists.
        """
        required, languages, clinical, is_closed = _requirement_key(request)
        skill_levels, volunteers = self._number_skills(required), self.volunteers
        if skill_levels is None or is_closed:
            return NO_VOLUNTEERS
        is_eligible = self._is_available & (self.free_minutes >= request.weekly_minutes)
        for skill, level in skill_levels if required else ():
            is_eligible &= volunteers.levels[skill] >= level
        if clinical:
            is_eligible &= volunteers.is_regulated
        if languages:
            is_eligible &= self._speaks_any(languages, len(volunteers), volunteers.languages.__getitem__)
        return np.flatnonzero(is_eligible).astype(np.int32)

    def list_with_skills_and_language(self, request: RequestFacts) -> Indices:
        """Return volunteers, ready or not, with every required skill and one of the languages at its level."""
        skilled_idx, language_ranks = self.list_with_skills(request), self.volunteers.languages
        if not request.languages:
            return skilled_idx
        speaks_any = self._speaks_any(
            request.languages.items(), len(skilled_idx), lambda code: language_ranks[code].take(skilled_idx)
        )
        return skilled_idx[speaks_any]

    def list_with_skills(self, request: RequestFacts) -> Indices:
        """Return volunteers, ready or not, with every required skill, whatever languages they speak."""
        skill_levels = self._number_skills(request.required)
        if skill_levels is None:
            return NO_VOLUNTEERS
        return self._filter_other_skills(
            min((self._list_holders(*skill_level) for skill_level in skill_levels), key=len), skill_levels
        )

    def list_all(self) -> Indices:
        """Return all volunteers to consider."""
        return self._list_holders(*ANY_SKILL)

    def _list_eligible_sorted(self, key: RequirementKey, minutes: int) -> Indices:
        required, languages, clinical, is_closed = key
        skill_levels = self._number_skills(required)
        if skill_levels is None or is_closed:
            return NO_VOLUNTEERS
        holder_lists = [self._skill_holders(skill) for skill, _level in skill_levels]
        counts = [holders.count_with_minutes(minutes) for holders in holder_lists]
        count = min(counts)
        rarest = counts.index(count)
        holders = holder_lists[rarest]
        is_eligible = holders.levels[:count] >= skill_levels[rarest][1]
        if clinical:
            is_eligible &= holders.is_regulated[:count]
        if languages:
            is_eligible &= self._speaks_any(languages, count, lambda code: holders.language_ranks(code)[:count])
        return self._filter_other_skills(holders.volunteer_idx[:count][is_eligible], skill_levels)

    def _number_skills(self, required: Iterable[tuple[str, int]]) -> list[tuple[int, int]] | None:
        """Return required skills by number, with their levels; None if no volunteer can have one of them."""
        skill_numbers = self.volunteers.index.skills
        skill_levels = [(skill_numbers.get(code, -1), level) for code, level in required]
        return None if any(skill < 0 for skill, _level in skill_levels) else skill_levels or [ANY_SKILL]

    def _filter_other_skills(self, volunteer_idx: Indices, skill_levels: list[tuple[int, int]]) -> Indices:
        """Filter holders of one of several skills to those who have all of them."""
        for skill, level in skill_levels if len(skill_levels) > 1 else ():
            volunteer_idx = volunteer_idx[self.volunteers.levels[skill].take(volunteer_idx) >= level]
        return volunteer_idx

    def _speaks_any(self, requested: Iterable[tuple[str, int]], size: int, ranks_of: Callable[[int], UInt8s]) -> Flags:
        """Flag volunteers who speak one of these languages at its level. `ranks_of`: ranks by number of the language."""
        language_numbers = self.volunteers.index.languages
        flags = [ranks_of(language_numbers[code]) >= level for code, level in requested if code in language_numbers]
        return functools.reduce(np.logical_or, flags) if flags else np.zeros(size, np.bool_)

    def _list_holders(self, skill: int, level: int) -> Indices:
        if (skill, level) not in self._indices_by_level:
            has_level = self._is_included if skill < 0 else self._is_included & (self.volunteers.levels[skill] >= level)
            self._indices_by_level[skill, level] = np.flatnonzero(has_level).astype(np.int32)
        return self._indices_by_level[skill, level]

    def _skill_holders(self, skill: int) -> SkillHolders:
        """Return the available holders of a skill at any level (cached)."""
        if skill not in self._holders_by_skill:
            if skill < 0:
                volunteer_idx, levels = self._available_by_minutes, np.zeros(len(self._available_by_minutes), np.uint8)
            else:
                levels = self.volunteers.levels[skill].take(self._available_by_minutes)
                holder_positions = np.flatnonzero(levels)
                volunteer_idx, levels = self._available_by_minutes.take(holder_positions), levels.take(holder_positions)
            self._holders_by_skill[skill] = SkillHolders(volunteer_idx, levels, self.volunteers, self.free_minutes)
        return self._holders_by_skill[skill]

    @functools.cached_property
    def _is_available(self) -> Flags:
        """Flags: to be considered, ready and with capacity."""
        return self._is_included & self.volunteers.ready & (self.volunteers.capacity_left > 0)

    @functools.cached_property
    def _available_by_minutes(self) -> Indices:
        """Available volunteers, most free minutes first."""
        volunteer_idx = np.flatnonzero(self._is_available).astype(np.int32)
        order: NDArray[np.int64] = np.argsort(-self.free_minutes[volunteer_idx], kind="stable")
        return volunteer_idx[order]


def _requirement_key(request: RequestFacts) -> RequirementKey:
    clinical, is_closed = request.kind in CLINICAL_KINDS, bool(gates_closed_for_all(request))
    return request.required, tuple(sorted(request.languages.items())), clinical, is_closed
