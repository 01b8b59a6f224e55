"""Sums of entries. They are always added up anew and never kept, so they cannot drift from the entries."""

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
    """Minutes by kind and by state, withdrawn ones left out."""

    kinds: dict[HoursKind, int] = field(default_factory=lambda: dict.fromkeys(HoursKind, 0))
    states: dict[HoursState, int] = field(
        default_factory=lambda: dict.fromkeys((one for one in HoursState if one in COUNTED_STATES), 0)
    )

    @property
    def total_minutes(self) -> int:
        """All minutes that count."""
        return sum(self.states.values())

    @property
    def minutes_confirmed(self) -> int:
        """Minutes that the hospital has confirmed."""
        return self.states[HoursState.CONFIRMED]

    def add(self, kind: HoursKind, state: HoursState, minutes: int) -> None:
        """Count some more."""
        self.kinds[kind] += minutes
        self.states[state] += minutes


YEAR, MONTH = sa.extract("year", HoursEntry.worked_on), sa.extract("month", HoursEntry.worked_on)
MonthlySums = Sequence[tuple[CalendarMonth, HoursKind, HoursState, int]]


def _summed(*where: sa.ColumnElement[bool]) -> MonthlySums:
    """(month, kind, state, minutes) of entries with such properties; one query."""
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
    """Everything added up."""
    found = HoursTotals()
    for _of, kind, state, minutes in rows:
        found.add(kind, state, minutes)
    return found


def add_up_by_month(rows: MonthlySums) -> dict[CalendarMonth, HoursTotals]:
    """Added up for each month, the latest first."""
    found: dict[CalendarMonth, HoursTotals] = {}
    for month, kind, state, minutes in reversed(rows):
        found.setdefault(month, HoursTotals()).add(kind, state, minutes)
    return found


def get_placement_sums(placement: Placement) -> MonthlySums:
    """A placement's minutes by month, kind and state; the placement was found for the viewer."""
    return _summed(HoursEntry.placement_id == placement.id)


def get_my_sums(viewer: Viewer, filters: HoursFilters) -> MonthlySums:
    """The viewer's own minutes by month, kind and state."""
    return _summed(Volunteer.account_id == viewer.account_id, *filters.clauses())


def list_places(viewer: Viewer) -> Sequence[sa.Row[tuple[int, str, int, str]]]:
    """(programme, its name, institution, its name) wherever hours were logged in the coordinator's reach."""
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
    """Minutes in the reach of `roles` by month, kind and state."""
    return _summed(in_scope(viewer, *roles), *filters.clauses())


def get_totals_by_month(
    viewer: Viewer, *roles: Role, today: dt.date, months: int = 12
) -> dict[CalendarMonth, HoursTotals]:
    """The last `months` months up to today's, the oldest first, empty ones included; one query.

    In the reach of `roles` as host or coordinator; with Role.VOLUNTEER the viewer's own.
    """
    since = month_of(today).months_before(months - 1)
    reach = [in_scope(viewer, *(role for role in roles if role is not Role.VOLUNTEER))]
    if Role.VOLUNTEER in roles:
        reach.append(Volunteer.account_id == viewer.account_id)
    rows = _summed(sa.or_(*reach), HoursEntry.worked_on >= since.first)
    found = add_up_by_month(rows)
    wanted = [month_of(today).months_before(months - 1 - number) for number in range(months)]
    return {month: found.get(month, HoursTotals()) for month in wanted}


def get_totals_by_placement(placement_ids: Collection[int]) -> Mapping[int, HoursTotals]:
    """The figures of each of these placements; one query. The caller found them for its viewer."""
    statement = (
        sa.select(HoursEntry.placement_id, HoursEntry.kind, HoursEntry.state, sa.func.sum(HoursEntry.minutes))
        .where(HoursEntry.placement_id.in_(placement_ids), HoursEntry.state.in_(COUNTED_STATES))
        .group_by(HoursEntry.placement_id, HoursEntry.kind, HoursEntry.state)
        .order_by(HoursEntry.placement_id)
    )
    found = {placement_id: HoursTotals() for placement_id in placement_ids}
    for placement_id, kind, state, minutes in db.session.execute(statement):
        found[placement_id].add(kind, state, int(minutes))
    return found


def count_awaiting_review(viewer: Viewer) -> tuple[int, dt.date | None]:
    """(entries, day of the oldest work) that wait for the viewer's yes as partner or director; never their own."""
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
