"""A volunteer and a request as plain values: everything that the rules read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules import calendars
from volunteer_hub.fit.rules.names import Factor, PriorOutcome, RestrictionKind
from volunteer_hub.vocabulary.rules import self_and_ancestors


@dataclass(frozen=True)
class RequestFacts:
    """A request.

    Levels are ranks (vocabulary.states); `weekly_minutes` are minutes per week; `zone` is an IANA time zone.
    `has_agreement`: a data-sharing agreement is in force. `is_allowed_remotely`: the programme lets this kind of
    support be given remotely. `partners`: ids of the UK institutions that are twinned with the hospital.
    `contact_id`: account that raised the request. `approved_count`: number of approved matches of the hospital.
    `required`, `welcome`: (skill, rank).
    """

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
    kind: str | None = None
    specialty_group: str | None = None
    institution_id: int = 0
    contact_id: int = 0
    opened_on: dt.date | None = None
    has_agreement: bool = True
    is_allowed_remotely: bool = True
    twinned_institution_ids: frozenset[int] = frozenset()
    approved_count: int = 0

    @cached_property
    def mask(self) -> int:
        """The quarters of the hospital's local week that suit it, as a bit mask (see `calendars`)."""
        return calendars.mask(self.windows)

    def first_on(self, today: dt.date) -> dt.date:
        """Return the earliest day on which the work could begin."""
        return max(today, self.earliest_start_on)


class PriorMatch(NamedTuple):
    """The outcome of the volunteer's latest match with one request, with its reason and day."""

    outcome: PriorOutcome
    reason: str | None = None
    on: dt.date | None = None


@dataclass(frozen=True)
class VolunteerFacts:
    """A volunteer.

    `placements` and `promised_minutes` (per week): of current placements. `prior_matches`: latest match by request
    id. `restrictions`: by the id of a hospital to which the volunteer is never proposed. `overrides`: share in per
    cent by (request id, factor), set by a coordinator with a reason. `not_my_field`: specialties that the volunteer
    declined as not theirs. `cooldown_until`: a round proposes nothing before that day, because the volunteer recently
    had no time. `completed`: number of completed placements. `skills`: (code, rank).
    """

    id: int
    is_ready: bool
    weekly_minutes: int
    zone: str
    capacity: int = 1
    placements: int = 0
    promised_minutes: int = 0
    from_on: dt.date | None = None
    until_on: dt.date | None = None
    languages: Mapping[str, int] = field(default_factory=dict)
    skills: tuple[tuple[str, int], ...] = ()
    specialties: frozenset[str] = frozenset()
    specialty_groups: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    account_id: int = 0
    employer_id: int | None = None
    is_regulated: bool = True
    goals: frozenset[str] = frozenset()
    completed: int = 0
    was_ever_placed: bool = False
    prior_matches: Mapping[int, PriorMatch] = field(default_factory=dict)
    restrictions: Mapping[int, RestrictionKind] = field(default_factory=dict)
    overrides: Mapping[tuple[int, Factor], int] = field(default_factory=dict)
    not_my_field: frozenset[str] = frozenset()
    cooldown_until: dt.date | None = None

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """The best rank by skill code; a skill also counts for each of its parents."""
        best: dict[str, int] = {}
        for skill, rank in self.skills:
            for code in self_and_ancestors(skill):
                best[code] = max(rank, best.get(code, 0))
        return best

    @cached_property
    def mask(self) -> int:
        """The free quarters of the volunteer's local week, as a bit mask (see `calendars`)."""
        return calendars.mask(self.windows)

    @property
    def free_minutes(self) -> int:
        """Minutes per week that no placement takes yet."""
        return max(0, self.weekly_minutes - self.promised_minutes)
