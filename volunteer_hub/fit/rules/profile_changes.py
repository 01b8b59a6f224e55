"""What a volunteer could change about themselves, one thing at a time, and what they are after it.

No change ever takes something away, so none closes a gate or costs a point (tested).
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
    """What is changed, the lightest first: so equals are ordered."""

    READY = "ready"
    CAPACITY = "capacity"
    GOAL = "goal"
    DATES = "dates"
    HOURS = "hours"
    TIMES = "times"
    SKILL = "skill"
    LANGUAGE = "language"


EFFORT_RANK = {kind: place for place, kind in enumerate(ChangeKind)}


@dataclass(frozen=True)
class ProfileChange:
    """One change. `number`: the new level or capacity, or the minutes a week more; `code`: of which word.

    `window` is on the volunteer's own clock. Dates that are None stay as they are.
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


def apply(volunteer: VolunteerFacts, changes: Iterable[ProfileChange]) -> VolunteerFacts:
    """The volunteer after these changes."""
    return reduce(lambda one, change: APPLY_BY_KIND[change.kind](one, change), changes, volunteer)


def effort(volunteer: VolunteerFacts, change: ProfileChange) -> tuple[int, int]:
    """(what it is, how much of it): the less comes first among equals."""
    held = {
        ChangeKind.LANGUAGE: volunteer.languages.get(change.code, 0),
        ChangeKind.SKILL: volunteer.levels.get(change.code, 0),
        ChangeKind.CAPACITY: volunteer.capacity,
    }
    return EFFORT_RANK[change.kind], change.number - held.get(change.kind, 0)
