"""What is worth attention and for whom, and which figures may be published. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from volunteer_hub.core.access import Role
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.reports.states import Attention
from volunteer_hub.volunteers.states import VolunteerState

K = TypeVar("K", bound=Hashable)
A = Attention
UNANSWERED_AFTER = dt.timedelta(days=5)
NO_CANDIDATE_AFTER = dt.timedelta(days=14)
HEARTBEAT_TIMEOUT = dt.timedelta(minutes=2)
"""A leading scheduler gives a sign of life every 30 seconds."""
CHECK_EXPIRING_WITHIN = dt.timedelta(days=30)
QUIET_AFTER = dt.timedelta(days=21)
HOURS_LATE_AFTER = dt.timedelta(days=14)
AGREEMENT_EXPIRING_WITHIN = dt.timedelta(days=60)
FUND_LOW_PERCENT = 90
MIN_PUBLISHED_COUNT = 5
"""The smallest count of people, requests or placements that a funder sees (trust.md 2)."""
CHART_MONTHS = 12

ATTENTION_BY_ROLE: Mapping[Role, tuple[Attention, ...]] = {
    Role.VOLUNTEER: (A.INVITATION, A.HOURS_QUERIED, A.PLAN_TO_AGREE),
    Role.PARTNER: (A.CANDIDATES, A.RETURNED, A.PLAN_TO_AGREE, A.HOURS_TO_CONFIRM, A.DRAFT),
    Role.DIRECTOR: (A.DECISION_WAITING, A.START_PASSED, A.REQUEST_TO_OPEN, A.HOURS_TO_CONFIRM, A.PLACEMENT_QUIET),
    Role.COORDINATOR: (
        A.DECISION_LATE, A.ROUND_READY, A.START_PASSED, A.MAIL_TROUBLE, A.REQUEST_UNANSWERED, A.HOURS_LATE, A.LAPSED,
        A.AGREEMENT_MISSING, A.PROFILE_WAITING, A.PLACEMENT_QUIET, A.NO_CANDIDATE, A.CHECK_EXPIRING,
        A.AGREEMENT_EXPIRING, A.FUND_LOW,
    ),
    Role.FINANCE: (A.FUND_LOW,),
    Role.ADMIN: (A.ERASURE, A.MAIL_TROUBLE),
}  # fmt: skip
"""What each role can do something about, the most urgent first."""

LATE_KINDS = frozenset({A.DECISION_LATE, A.START_PASSED, A.MAIL_TROUBLE, A.HOURS_LATE, A.LAPSED})
"""Kinds in which every line is late already."""

V, R, P = VolunteerState, RequestState, PlacementState
PUBLIC_STATE_GROUPS: tuple[tuple[str, tuple[VolunteerState | RequestState | PlacementState, ...]], ...] = (
    ("volunteers_preparing", (V.REGISTERED, V.CHECKING)),
    ("volunteers_ready", (V.READY,)),
    ("volunteers_away", (V.LAPSED, V.PAUSED, V.LEFT)),
    ("requests_prepared", (R.DRAFT, R.SUBMITTED, R.RETURNED)),
    ("requests_open", (R.OPEN,)),
    ("requests_filled", (R.FILLED,)),
    ("requests_ended", (R.CLOSED, R.WITHDRAWN, R.EXPIRED)),
    ("placements_planned", (P.PLANNED,)),
    ("placements_working", (P.ACTIVE, P.PAUSED)),
    ("placements_completed", (P.COMPLETED,)),
    ("placements_ended", (P.ENDED_EARLY,)),
)
"""States put together for the funder: the larger the groups, the fewer must be hidden."""


class MatchWithState(Protocol):
    """A match, as far as these rules look at it."""

    @property
    def state(self) -> MatchState:
        """Where it stands."""


@dataclass(frozen=True)
class PublishedCounts(Generic[K]):
    """A table of counts as somebody without personal data may read it. None stands for a hidden number."""

    cells: Mapping[K, int | None]
    total: int | None

    @property
    def has_hidden(self) -> bool:
        """Whether anything is hidden."""
        return self.total is None or None in self.cells.values()


def suppress_small_counts(counts: Mapping[K, int]) -> PublishedCounts[K]:
    """A table with its small counts hidden, and its total with them.

    A cell under SMALLEST is hidden, zero too: otherwise “hidden” would tell that there is somebody. A total beside a
    hidden cell would give it away by subtraction, and hiding further cells instead can be undone by who knows the
    rule by which they are chosen (a property test found such tables); so the total stays away.
    """
    cells = {key: number if number >= MIN_PUBLISHED_COUNT else None for key, number in counts.items()}
    return PublishedCounts(cells, None if None in cells.values() else sum(counts.values()))


class MonthWithPeople(Protocol):
    """A month's hours, as far as these rules look at them."""

    @property
    def people(self) -> int:
        """How many people worked in it."""


def has_publishable_month(months: Iterable[MonthWithPeople]) -> bool:
    """Whether a funder sees the hours of one month at least."""
    return any(month.people >= MIN_PUBLISHED_COUNT for month in months)


def group_states(tallies: Mapping[Any, Mapping[Any, int]], about: str) -> dict[str, int]:
    """The states of one kind of row put together for the funder: `volunteers`, `requests`, `placements`."""
    return {
        name: sum(tallies[type(state)][state] for state in states)
        for name, states in PUBLIC_STATE_GROUPS
        if name.startswith(about)
    }


HIDDEN_STATES: Mapping[Role, frozenset[RequestState]] = {Role.DIRECTOR: frozenset({R.DRAFT})}
"""States of requests that a role never sees."""


def needs_step(state: VolunteerState) -> bool:
    """Whether a volunteer does or waits for something before they can be matched."""
    return state is not V.READY


def is_empty(*counts: Mapping[Any, int]) -> bool:
    """Whether there is no row at all."""
    return not any(sum(each.values()) for each in counts)


def first_steps(**counts: Mapping[Any, int]) -> list[str]:
    """What a coordinator does first in an empty installation: the names of the counts that are all zero."""
    return [name for name, found in counts.items() if is_empty(found)]


def list_answered(matches: Iterable[MatchWithState], limit: int = 5) -> list[Any]:
    """Matches that somebody has answered, the latest first, and those that wait for the host."""
    return [match for match in matches if match.state is not MatchState.PROPOSED][:limit]


class RunWithError(Protocol):
    """A job's last run, as far as these rules look at it."""

    @property
    def error(self) -> str | None:
        """What was wrong."""


def count_failed(runs: Iterable[RunWithError]) -> int:
    """How many jobs failed the last time."""
    return sum(1 for run in runs if run.error)


def is_scheduler_down(beat_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the last sign of life is so far from `now`, on either side, that no scheduler can be at work."""
    return beat_at is None or abs(now - beat_at) > HEARTBEAT_TIMEOUT


def is_audit_check(job: str) -> bool:
    """Whether a job is the one that checks the audit trail."""
    return job == "verify_audit"


def last_months(today: dt.date, number: int = CHART_MONTHS) -> list[dt.date]:
    """The first days of the last `number` months, this one last."""
    count = today.year * 12 + today.month - 1
    return [dt.date(each // 12, each % 12 + 1, 1) for each in range(count - number + 1, count + 1)]


def format_hours(minutes: int) -> str:
    """Minutes as a bare number of hours: `1.5`."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def sort_by_urgency(parts: Mapping[Role, tuple[int, int]]) -> list[Role]:
    """Roles by (late, waiting) of each: something late before something waiting before nothing; else as given."""
    return sorted(parts, key=lambda role: (not parts[role][0], not parts[role][1]))


def urgency(numbers: Mapping[Attention, int], late: int = 0) -> tuple[int, int]:
    """(late, waiting) out of how much waits of each kind; drafts press nobody."""
    pressing = {kind: number for kind, number in numbers.items() if kind is not A.DRAFT}
    return late + sum(number for kind, number in pressing.items() if kind in LATE_KINDS), sum(pressing.values())


def role_for_list(kind: Attention, roles: frozenset[Role]) -> Role | None:
    """The role, of those held, for which a list of that kind is; the one with the widest reach first."""
    wide = (Role.COORDINATOR, Role.ADMIN, Role.FINANCE, Role.DIRECTOR, Role.PARTNER, Role.VOLUNTEER)
    return next((role for role in wide if role in roles and kind in ATTENTION_BY_ROLE[role]), None)
