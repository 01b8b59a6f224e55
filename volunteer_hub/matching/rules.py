"""How well one volunteer fits one request: gates that must all be open, and a score with its reasons.

Plain rules for the first release; a later issue builds the engine on them. Sources: domain.md
(objects 2 to 4), field.md 1.1 (language is the strongest single predictor of what hosts find
effective, then skill, then time), trust.md (data-sharing agreement, decided by the caller).
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from volunteer_hub.core import times
from volunteer_hub.core.times import Window
from volunteer_hub.vocabulary.rules import with_parents

LIVE_SHARE_MINUTES = {"live": 60, "mixed": 30, "asynchronous": 0}
"""Common minutes a week without which a live meeting cannot be held."""

SEAT_NEWS = dt.timedelta(days=14)
"""For how long it is news that a seat is free."""


class Gate(enum.StrEnum):
    """Why a pair is impossible at present. The codes are stable: they are stored and counted."""

    NOT_OPEN = "not_open"
    NOT_READY = "not_ready"
    LANGUAGE = "language"
    SKILLS = "skills"
    HOURS = "hours"
    DATES = "dates"
    OVERLAP = "overlap"
    CAPACITY = "capacity"
    DECLINED_BEFORE = "declined_before"


class Factor(enum.StrEnum):
    """What the score is made of."""

    LANGUAGE = "language_fit"
    SKILLS = "skills_fit"
    OVERLAP = "overlap_fit"
    SPECIALTY = "specialty_fit"
    HOURS = "hours_fit"
    URGENCY = "urgency_fit"


WEIGHTS: Mapping[Factor, int] = {
    Factor.LANGUAGE: 30,
    Factor.SKILLS: 25,
    Factor.OVERLAP: 20,
    Factor.SPECIALTY: 10,
    Factor.HOURS: 10,
    Factor.URGENCY: 5,
}
"""Points that each factor can give; together 100."""


@dataclass(frozen=True)
class RequestFacts:
    """A request as plain values. Levels are ranks (vocabulary.states), minutes a week, IANA zone."""

    id: int
    is_open: bool
    weekly_minutes: int
    weeks: int
    delivery: str
    earliest_start_on: dt.date
    zone: str
    specialty: str | None = None
    urgency: str = "routine"
    languages: Mapping[str, int] = field(default_factory=dict)
    required: tuple[tuple[str, int], ...] = ()
    welcome: tuple[tuple[str, int], ...] = ()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True)
class VolunteerFacts:
    """A volunteer as plain values. `placements` counts those that take up capacity now."""

    id: int
    is_ready: bool
    weekly_minutes: int
    zone: str
    capacity: int = 1
    placements: int = 0
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    languages: Mapping[str, int] = field(default_factory=dict)
    skills: tuple[tuple[str, int], ...] = ()
    specialties: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """The best level for each skill held and, since a narrower one satisfies it, each above it."""
        best: dict[str, int] = {}
        for held, level in self.skills:
            for code in with_parents(held):
                best[code] = max(level, best.get(code, 0))
        return best


class Closed(NamedTuple):
    """A gate that is closed, with what its sentence needs."""

    gate: Gate
    facts: Mapping[str, Any] = MappingProxyType({})


class Contribution(NamedTuple):
    """What one factor gives, of what it can give."""

    factor: Factor
    points: int
    out_of: int
    facts: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Fit:
    """The whole answer for one pair. `common` is the time both have, as UTC pieces of the week."""

    closed: tuple[Closed, ...]
    contributions: tuple[Contribution, ...]
    common: tuple[tuple[int, int], ...]
    monday: dt.date

    @property
    def score(self) -> int:
        """0 to 100: exactly the sum of the contributions."""
        return sum(part.points for part in self.contributions)

    @property
    def is_possible(self) -> bool:
        """Whether every gate is open."""
        return not self.closed

    @property
    def common_minutes(self) -> int:
        """Minutes a week that both have."""
        return times.minutes_in(self.common)


def fit(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date, declined_before: bool = False) -> Fit:
    """How `volunteer` fits `request`, for the week in which it would start."""
    monday = times.monday_of(max(today, request.earliest_start_on))
    common = _common(volunteer, request, monday)
    minutes = times.minutes_in(common)
    closed = tuple(_closed_gates(volunteer, request, minutes, declined_before=declined_before))
    return Fit(closed, tuple(_contributions(volunteer, request, minutes)), tuple(common), monday)


def _common(volunteer: VolunteerFacts, request: RequestFacts, monday: dt.date) -> list[tuple[int, int]]:
    theirs = times.on_utc(request.windows, request.zone, monday)
    mine = times.on_utc(volunteer.windows, volunteer.zone, monday)
    return times.common(mine, theirs)


def _closed_gates(
    volunteer: VolunteerFacts, request: RequestFacts, minutes: int, *, declined_before: bool
) -> Iterable[Closed]:
    if not request.is_open:
        yield Closed(Gate.NOT_OPEN)
    if not volunteer.is_ready:
        yield Closed(Gate.NOT_READY)
    if declined_before:
        yield Closed(Gate.DECLINED_BEFORE)
    if request.languages and not _spoken(volunteer, request):
        yield Closed(Gate.LANGUAGE, {"languages": dict(request.languages)})
    missing = [(code, level) for code, level in request.required if _level(volunteer, code) < level]
    if missing:
        yield Closed(Gate.SKILLS, {"skills": missing})
    if volunteer.weekly_minutes < request.weekly_minutes:
        yield Closed(Gate.HOURS, {"asked": request.weekly_minutes, "given": volunteer.weekly_minutes})
    if volunteer.until_on and volunteer.until_on < request.earliest_start_on:
        yield Closed(Gate.DATES, {"until_on": volunteer.until_on, "start_on": request.earliest_start_on})
    if minutes < LIVE_SHARE_MINUTES[request.delivery]:
        yield Closed(Gate.OVERLAP, {"needed": LIVE_SHARE_MINUTES[request.delivery], "common": minutes})
    if volunteer.placements >= volunteer.capacity:
        yield Closed(Gate.CAPACITY, {"capacity": volunteer.capacity})


def _spoken(volunteer: VolunteerFacts, request: RequestFacts) -> list[str]:
    """The asked languages that the volunteer speaks well enough."""
    return [code for code, level in request.languages.items() if volunteer.languages.get(code, 0) >= level]


def _level(volunteer: VolunteerFacts, wanted: str) -> int:
    """The best level at which a skill or one below it in the tree is held; 0 for none."""
    return volunteer.levels.get(wanted, 0)


def _contributions(volunteer: VolunteerFacts, request: RequestFacts, minutes: int) -> Iterable[Contribution]:
    yield _language(volunteer, request)
    yield _skills(volunteer, request)
    yield _overlap(request, minutes)
    yield _specialty(volunteer, request)
    yield _hours(volunteer, request)
    yield _urgency(request)


def _part(factor: Factor, share: float, **facts: Any) -> Contribution:
    """A factor's whole points for a share between 0 and 1."""
    points = round(WEIGHTS[factor] * min(1.0, max(0.0, share)))
    return Contribution(factor, points, WEIGHTS[factor], facts)


def _language(volunteer: VolunteerFacts, request: RequestFacts) -> Contribution:
    """The best asked language, from A1 (rank 1) to mother tongue (7)."""
    if not request.languages:
        return _part(Factor.LANGUAGE, 1)
    best = max(request.languages, key=lambda code: (volunteer.languages.get(code, 0), code))
    return _part(Factor.LANGUAGE, volunteer.languages.get(best, 0) / 7, language=best)


def _skills(volunteer: VolunteerFacts, request: RequestFacts) -> Contribution:
    """Required skills count twice, welcome ones once; each by the level held against the level asked."""
    asked = [(code, level, 2) for code, level in request.required] + [(c, lv, 1) for c, lv in request.welcome]
    if not asked:
        return _part(Factor.SKILLS, 1)
    got = sum(weight * min(1.0, _level(volunteer, code) / level) for code, level, weight in asked)
    met = [code for code, level, _weight in asked if _level(volunteer, code) >= level]
    return _part(Factor.SKILLS, got / sum(weight for *_, weight in asked), met=len(met), asked=len(asked))


def _overlap(request: RequestFacts, minutes: int) -> Contribution:
    """Common time against what one week asks for; work in one's own time needs none."""
    if request.delivery == "asynchronous":
        return _part(Factor.OVERLAP, 1)
    return _part(Factor.OVERLAP, minutes / max(60, request.weekly_minutes), minutes=minutes)


def _specialty(volunteer: VolunteerFacts, request: RequestFacts) -> Contribution:
    """The request's specialty, or none asked."""
    met = request.specialty is None or request.specialty in volunteer.specialties
    return _part(Factor.SPECIALTY, 1 if met else 0, met=met)


def _hours(volunteer: VolunteerFacts, request: RequestFacts) -> Contribution:
    """Weekly hours offered against hours asked."""
    share = volunteer.weekly_minutes / request.weekly_minutes if request.weekly_minutes else 1
    return _part(Factor.HOURS, share, given=volunteer.weekly_minutes, asked=request.weekly_minutes)


def _urgency(request: RequestFacts) -> Contribution:
    """An urgent request is worth a little more to fill."""
    return _part(Factor.URGENCY, {"routine": 0.4, "soon": 0.7, "urgent": 1.0}[request.urgency])
