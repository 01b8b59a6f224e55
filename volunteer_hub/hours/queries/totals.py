"""Sums of entries. They are computed on each request and not stored, so they cannot diverge from the entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.queries.entries import HOSTS, HoursFilters
from volunteer_hub.hours.rules import CalendarMonth, month_of
from volunteer_hub.hours.states import COUNTED_STATES, HoursKind, HoursState
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement
from volunteer_hub.programmes.models import Programme
from volunteer_hub.volunteers.models import Volunteer


@dataclass
class HoursTotals:
    """Minutes by kind and by state, without withdrawn entries."""

    kinds: dict[HoursKind, int] = field(default_factory=lambda: dict.fromkeys(HoursKind, 0))
    states: dict[HoursState, int] = field(
        default_factory=lambda: dict.fromkeys((state for state in HoursState if state in COUNTED_STATES), 0)
    )

    @property
    def total_minutes(self) -> int:
        """Return all counted minutes."""
        return sum(self.states.values())

    @property
    def minutes_confirmed(self) -> int:
        """Return the minutes that the hospital has confirmed."""
        return self.states[HoursState.CONFIRMED]

    def add(self, kind: HoursKind, state: HoursState, minutes: int) -> None:
        """Add minutes of one kind and state."""
        self.kinds[kind] += minutes
        self.states[state] += minutes


YEAR, MONTH = sa.extract("year", HoursEntry.worked_on), sa.extract("month", HoursEntry.worked_on)
MonthlySums = Sequence[tuple[CalendarMonth, HoursKind, HoursState, int]]


def _sum_entries(*where: sa.ColumnElement[bool]) -> MonthlySums:
    """Sum the counted entries that match: (month, kind, state, minutes), in one query."""
    statement = (
        sa.select(YEAR, MONTH, HoursEntry.kind, HoursEntry.state, sa.func.sum(HoursEntry.minutes))
        .join(Placement, Placement.id == HoursEntry.placement_id)
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
        .join(Account, Account.id == Volunteer.account_id)
        .where(HoursEntry.state.in_(COUNTED_STATES), *where)
        .group_by(YEAR, MONTH, HoursEntry.kind, HoursEntry.state)
        .order_by(YEAR, MONTH, HoursEntry.kind, HoursEntry.state)
    )
    return [
        (CalendarMonth(int(row[0]), int(row[1])), row[2], row[3], int(row[4])) for row in db.session.execute(statement)
    ]


def add_up(rows: Iterable[tuple[Any, HoursKind, HoursState, int]]) -> HoursTotals:
    """Return the totals of sums; their first column is ignored."""
    totals = HoursTotals()
    for _group, kind, state, minutes in rows:
        totals.add(kind, state, minutes)
    return totals


def add_up_by_month(rows: MonthlySums) -> dict[CalendarMonth, HoursTotals]:
    """Return the totals of each month, the latest month first."""
    totals: dict[CalendarMonth, HoursTotals] = {}
    for month, kind, state, minutes in reversed(rows):
        totals.setdefault(month, HoursTotals()).add(kind, state, minutes)
    return totals


def get_placement_sums(placement: Placement) -> MonthlySums:
    """Return a placement's minutes by month, kind and state.

    The caller has checked that the viewer may see the placement.
    """
    return _sum_entries(HoursEntry.placement_id == placement.id)


def get_my_sums(viewer: Viewer, filters: HoursFilters) -> MonthlySums:
    """Return the viewer's own minutes by month, kind and state."""
    return _sum_entries(Volunteer.account_id == viewer.account_id, *filters.clauses())


def list_places(viewer: Viewer) -> Sequence[sa.Row[tuple[int, str, int, str]]]:
    """Return (programme id, its name, institution id, its name) wherever hours were logged in the coordinator's scope."""
    statement = (
        sa.select(Programme.id, Programme.name, Institution.id, Institution.name)
        .join(PartnerRequest, PartnerRequest.programme_id == Programme.id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(Placement, Placement.request_id == PartnerRequest.id)
        .where(Placement.id.in_(sa.select(HoursEntry.placement_id)), in_scope(viewer, Role.COORDINATOR))
        .distinct()
        .order_by(Institution.name, Institution.id, Programme.id)
    )
    return db.session.execute(statement).all()


def get_sums_in_scope(viewer: Viewer, filters: HoursFilters, *roles: Role) -> MonthlySums:
    """Return the minutes in the scope of the viewer's `roles`, by month, kind and state."""
    return _sum_entries(in_scope(viewer, *roles), *filters.clauses())


def get_totals_by_month(
    viewer: Viewer, *roles: Role, today: dt.date, months: int = 12
) -> dict[CalendarMonth, HoursTotals]:
    """Return the totals of the last `months` months, the oldest first, including months without hours; one query.

    They cover the scope of `roles`; Role.VOLUNTEER stands for the viewer's own hours.
    """
    since = month_of(today).months_before(months - 1)
    scopes = [in_scope(viewer, *(role for role in roles if role is not Role.VOLUNTEER))]
    if Role.VOLUNTEER in roles:
        scopes.append(Volunteer.account_id == viewer.account_id)
    rows = _sum_entries(sa.or_(*scopes), HoursEntry.worked_on >= since.first)
    totals = add_up_by_month(rows)
    all_months = [month_of(today).months_before(months - 1 - number) for number in range(months)]
    return {month: totals.get(month, HoursTotals()) for month in all_months}


def get_totals_by_placement(placement_ids: Collection[int]) -> Mapping[int, HoursTotals]:
    """Return the totals of each of these placements, in one query.

    The caller has checked that the viewer may see them.
    """
    statement = (
        sa.select(HoursEntry.placement_id, HoursEntry.kind, HoursEntry.state, sa.func.sum(HoursEntry.minutes))
        .where(HoursEntry.placement_id.in_(placement_ids), HoursEntry.state.in_(COUNTED_STATES))
        .group_by(HoursEntry.placement_id, HoursEntry.kind, HoursEntry.state)
        .order_by(HoursEntry.placement_id)
    )
    totals = {placement_id: HoursTotals() for placement_id in placement_ids}
    for placement_id, kind, state, minutes in db.session.execute(statement):
        totals[placement_id].add(kind, state, int(minutes))
    return totals


def count_awaiting_review(viewer: Viewer) -> tuple[int, dt.date | None]:
    """Return (number of entries, date of the oldest work) that await the viewer's review; never their own entries."""
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(HoursEntry.worked_on))
        .select_from(HoursEntry)
        .join(Placement, Placement.id == HoursEntry.placement_id)
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
        .where(
            HoursEntry.state == HoursState.LOGGED,
            in_scope(viewer, *HOSTS),
            Volunteer.account_id != viewer.account_id,
        )
    ).one()
    return int(row[0]), row[1]
