"""What needs attention and whose, and which figures may be published. Plain values in, value out."""

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
CHECK_EXPIRING_WITHIN = dt.timedelta(days=30)
QUIET_AFTER = dt.timedelta(days=21)
HOURS_LATE_AFTER = dt.timedelta(days=14)
AGREEMENT_EXPIRING_WITHIN = dt.timedelta(days=60)
FUND_LOW_PERCENT = 90
MIN_PUBLISHED_COUNT = 5
"""The smallest count of people, requests or placements that a funder sees: fewer could identify a person."""
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
"""The kinds that each role can act on, the most urgent first."""

LATE_KINDS = frozenset({A.DECISION_LATE, A.START_PASSED, A.MAIL_TROUBLE, A.HOURS_LATE, A.LAPSED})
"""Kinds whose items are all late already."""

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
"""States grouped for the funder: the larger the groups, the fewer counts must be hidden."""


class MatchWithState(Protocol):
    """A match, as far as these rules read it."""

    @property
    def state(self) -> MatchState:
        """The match's state."""


@dataclass(frozen=True)
class PublishedCounts(Generic[K]):
    """A table of counts for a reader who may see no personal data. None stands for a hidden number."""

    cells: Mapping[K, int | None]
    total: int | None

    @property
    def has_hidden(self) -> bool:
        """Return whether any number is hidden."""
        return self.total is None or None in self.cells.values()


def suppress_small_counts(counts: Mapping[K, int]) -> PublishedCounts[K]:
    """Return the table with counts below MIN_PUBLISHED_COUNT hidden, and with its total hidden if any cell is.

    Zero is hidden too: otherwise “hidden” would disclose that there is at least one person. A total beside a hidden
    cell would disclose it by subtraction. Hiding further cells instead can be undone by a reader who knows the rule by
    which they are chosen (a property test found such tables).
    """
    cells = {key: number if number >= MIN_PUBLISHED_COUNT else None for key, number in counts.items()}
    return PublishedCounts(cells, None if None in cells.values() else sum(counts.values()))


class MonthWithPeople(Protocol):
    """A month's hours, as far as these rules read them."""

    @property
    def people(self) -> int:
        """How many people worked in the month."""


def has_publishable_month(months: Iterable[MonthWithPeople]) -> bool:
    """Return whether at least one month's hours may be shown to a funder."""
    return any(month.people >= MIN_PUBLISHED_COUNT for month in months)


def group_states(tallies: Mapping[Any, Mapping[Any, int]], about: str) -> dict[str, int]:
    """Sum the counts of states into the funder's groups of one subject: `volunteers`, `requests` or `placements`."""
    return {
        name: sum(tallies[type(state)][state] for state in states)
        for name, states in PUBLIC_STATE_GROUPS
        if name.startswith(about)
    }


HIDDEN_STATES: Mapping[Role, frozenset[RequestState]] = {Role.DIRECTOR: frozenset({R.DRAFT})}
"""States of requests that are never shown to a role."""


def needs_step(state: VolunteerState) -> bool:
    """Return whether a step of the volunteer or the coordinator is missing before the volunteer can be matched."""
    return state is not V.READY


def is_empty(*counts: Mapping[Any, int]) -> bool:
    """Return whether all counts are zero."""
    return not any(sum(count.values()) for count in counts)


def first_steps(**counts: Mapping[Any, int]) -> list[str]:
    """Return the names of the counts that are all zero: what a coordinator sets up first in a new installation."""
    return [name for name, count in counts.items() if is_empty(count)]


def list_answered(matches: Iterable[MatchWithState], limit: int = 5) -> list[Any]:
    """Return up to `limit` matches that are past their invitation, in the order given."""
    return [match for match in matches if match.state is not MatchState.PROPOSED][:limit]


def last_months(today: dt.date, number: int = CHART_MONTHS) -> list[dt.date]:
    """Return the first days of the last `number` months, the current month last."""
    count = today.year * 12 + today.month - 1
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(count - number + 1, count + 1)]


def format_hours(minutes: int) -> str:
    """Format minutes as a number of hours without a unit: `1.5`."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def sort_by_urgency(parts: Mapping[Role, tuple[int, int]]) -> list[Role]:
    """Sort roles by their (late, waiting) counts: late items first, then waiting ones, then none; else as given."""
    return sorted(parts, key=lambda role: (not parts[role][0], not parts[role][1]))


def urgency(numbers: Mapping[Attention, int], late: int = 0) -> tuple[int, int]:
    """Return (late, waiting): how many items are late and how many wait, drafts not counted."""
    urgent = {kind: number for kind, number in numbers.items() if kind is not A.DRAFT}
    return late + sum(number for kind, number in urgent.items() if kind in LATE_KINDS), sum(urgent.values())


def role_for_list(kind: Attention, roles: frozenset[Role]) -> Role | None:
    """Return the viewer's role that lists this kind; of several the one with the widest scope. None if no role does."""
    widest_first = (Role.COORDINATOR, Role.ADMIN, Role.FINANCE, Role.DIRECTOR, Role.PARTNER, Role.VOLUNTEER)
    return next((role for role in widest_first if role in roles and kind in ATTENTION_BY_ROLE[role]), None)
