"""Single changes that volunteers can make to their profiles, and the facts after them.

A change never removes anything, so it never closes a gate or costs a point (tested).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules.facts import VolunteerFacts


class ChangeKind(enum.StrEnum):
    """What is changed, in order of effort: equal results are ordered by it."""

    READY = "ready"
    CAPACITY = "capacity"
    GOAL = "goal"
    DATES = "dates"
    HOURS = "hours"
    TIMES = "times"
    SKILL = "skill"
    LANGUAGE = "language"


EFFORT_RANK = {kind: rank for rank, kind in enumerate(ChangeKind)}
"""Rank of each kind by effort."""


@dataclass(frozen=True)
class ProfileChange:
    """One change.

    `number`: the new level or capacity, or the additional minutes per week. `code`: the skill, language or goal.
    `window`: on the volunteer's own clock. Dates that are None stay unchanged.
    """

    kind: ChangeKind
    code: str = ""
    number: int = 0
    window: Window | None = None
    from_on: dt.date | None = None
    until_on: dt.date | None = None


def _language(v: VolunteerFacts, c: ProfileChange) -> VolunteerFacts:
    return dataclasses.replace(v, languages={**v.languages, c.code: max(c.number, v.languages.get(c.code, 0))})


def _dates(v: VolunteerFacts, c: ProfileChange) -> VolunteerFacts:
    return dataclasses.replace(v, from_on=c.from_on or v.from_on, until_on=c.until_on or v.until_on)


APPLY_BY_KIND: dict[ChangeKind, Callable[[VolunteerFacts, ProfileChange], VolunteerFacts]] = {
    ChangeKind.READY: lambda v, _c: dataclasses.replace(v, is_ready=True),
    ChangeKind.CAPACITY: lambda v, c: dataclasses.replace(v, capacity=c.number),
    ChangeKind.GOAL: lambda v, c: dataclasses.replace(v, goals=v.goals | {c.code}),
    ChangeKind.DATES: _dates,
    ChangeKind.HOURS: lambda v, c: dataclasses.replace(v, weekly_minutes=v.weekly_minutes + c.number),
    ChangeKind.TIMES: lambda v, c: dataclasses.replace(v, windows=(*v.windows, c.window) if c.window else v.windows),
    ChangeKind.SKILL: lambda v, c: dataclasses.replace(v, skills=(*v.skills, (c.code, c.number))),
    ChangeKind.LANGUAGE: _language,
}
"""How each kind of change is applied to a volunteer's facts."""


def apply(volunteer: VolunteerFacts, changes: Iterable[ProfileChange]) -> VolunteerFacts:
    """Return the volunteer's facts after these changes."""
    return reduce(lambda facts, change: APPLY_BY_KIND[change.kind](facts, change), changes, volunteer)


def effort(volunteer: VolunteerFacts, change: ProfileChange) -> tuple[int, int]:
    """Return (rank of the kind, size of the change), by which equal results are ordered."""
    current = {
        ChangeKind.LANGUAGE: volunteer.languages.get(change.code, 0),
        ChangeKind.SKILL: volunteer.levels.get(change.code, 0),
        ChangeKind.CAPACITY: volunteer.capacity,
    }
    return EFFORT_RANK[change.kind], change.number - current.get(change.kind, 0)
