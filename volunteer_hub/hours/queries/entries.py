"""Entries of hours, each list in the reach of who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging, search
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.rules import LOGGABLE_STATES, NEARBY_PERIOD, CalendarMonth
from volunteer_hub.hours.states import COUNTED_STATES, HoursState
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.models import Volunteer

HOSTS = (Role.PARTNER, Role.DIRECTOR)
"""Who confirms: the hospital's contact and its Director, and never the volunteer in such a role."""
EntryLine = sa.Row[tuple[HoursEntry, bool]]
"""An entry, and whether its volunteer and their words may be shown to the viewer."""


@dataclass(frozen=True)
class HoursFilters:
    """What a list is narrowed to."""

    state: HoursState | None = None
    month: CalendarMonth | None = None
    placement_id: int | None = None
    institution_id: int | None = None
    programme_id: int | None = None
    volunteer: str = ""

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        """The conditions on entries joined with all that they belong to."""
        found: list[sa.ColumnElement[bool]] = []
        if self.state:
            found.append(HoursEntry.state == self.state)
        if self.month:
            found.append(HoursEntry.worked_on.between(self.month.first, self.month.last))
        if self.placement_id:
            found.append(HoursEntry.placement_id == self.placement_id)
        if self.institution_id:
            found.append(PartnerRequest.institution_id == self.institution_id)
        if self.programme_id:
            found.append(PartnerRequest.programme_id == self.programme_id)
        return [*found, *search.named(self.volunteer, Account.name)]


def _entries() -> sa.Select[tuple[HoursEntry]]:
    """Entries with what a line of a list tells."""
    return (
        sa.select(HoursEntry)
        .join(HoursEntry.placement)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(HoursEntry.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(HoursEntry.placement)
            .contains_eager(Placement.request)
            .contains_eager(PartnerRequest.institution),
            contains_eager(HoursEntry.volunteer).contains_eager(Volunteer.account),
        )
    )


def _with_named(viewer: Viewer, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Entries with whether the volunteer may be named: to themselves, to staff, under an agreement in force."""
    named = sa.or_(
        Volunteer.account_id == viewer.account_id,
        sa.true() if viewer.is_staff else sa.false(),
        agreement_in_force(PartnerRequest.institution_id, today=today),
    )
    return _entries().add_columns(named.label("named"))


def _page(
    statement: sa.Select[tuple[HoursEntry, bool]], key: str | None, *, newest_first: bool
) -> paging.Page[EntryLine]:
    statement = paging.after(statement, HoursEntry.worked_on, HoursEntry.id, key, newest_first=newest_first)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(dt.datetime.combine(row[0].worked_on, dt.time(), dt.UTC), row[0].id) for row in rows])


def select_mine(viewer: Viewer, filters: HoursFilters, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """The viewer's own entries that count, as a statement for `listed` or `every_row`."""
    own = (Volunteer.account_id == viewer.account_id, HoursEntry.state.in_(COUNTED_STATES))
    return _with_named(viewer, today).where(*own, *filters.clauses())


def select_awaiting_review(viewer: Viewer, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Entries that the viewer confirms or queries, as a statement for `listed` or `every_row`; never their own."""
    return _with_named(viewer, today).where(
        HoursEntry.state == HoursState.LOGGED,
        in_scope(viewer, *HOSTS),
        Volunteer.account_id != viewer.account_id,
    )


def select_all(viewer: Viewer, filters: HoursFilters, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Every entry in the reach of the coordinator, as a statement for `listed` or `every_row`."""
    return _with_named(viewer, today).where(in_scope(viewer, Role.COORDINATOR), *filters.clauses())


def list_page(
    statement: sa.Select[tuple[HoursEntry, bool]], *, key: str | None, newest_first: bool = True
) -> paging.Page[EntryLine]:
    """One page of a list; one query."""
    return _page(statement, key, newest_first=newest_first)


def list_all(statement: sa.Select[tuple[HoursEntry, bool]]) -> Sequence[EntryLine]:
    """All rows of a list, the oldest work first, for a download."""
    return db.session.execute(statement.order_by(HoursEntry.worked_on, HoursEntry.id)).all()


def select_month(
    placement: Placement, month: CalendarMonth | None, *, viewer: Viewer, today: dt.date
) -> sa.Select[tuple[HoursEntry, bool]]:
    """A placement's entries of one month, or of all, withdrawn ones left out; the placement was found for the viewer."""
    return _with_named(viewer, today).where(
        HoursEntry.placement_id == placement.id,
        HoursEntry.state.in_(COUNTED_STATES),
        *HoursFilters(month=month).clauses(),
    )


def get_mine(viewer: Viewer, entry_id: int) -> HoursEntry:
    """The viewer's own entry. Raises NotFound."""
    return _one(_entries().where(HoursEntry.id == entry_id, Volunteer.account_id == viewer.account_id))


def get_for(viewer: Viewer, entry_id: int, *roles: Role) -> HoursEntry:
    """An entry at a hospital that one of `roles` reaches. Raises NotFound."""
    return _one(_entries().where(HoursEntry.id == entry_id, in_scope(viewer, *roles)))


def _one(statement: sa.Select[tuple[HoursEntry]]) -> HoursEntry:
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("There is no such entry of hours.")
    return found


def list_loggable_placements(viewer: Viewer) -> Sequence[Placement]:
    """The viewer's placements for which hours can be logged, the one that began last first."""
    statement = (
        sa.select(Placement)
        .join(Placement.volunteer)
        .join(Volunteer.account)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .options(
            contains_eager(Placement.request).contains_eager(PartnerRequest.institution),
            contains_eager(Placement.volunteer).contains_eager(Volunteer.account),
        )
        .where(Volunteer.account_id == viewer.account_id, Placement.state.in_(LOGGABLE_STATES))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
    )
    return db.session.scalars(statement).all()


def list_placements_with_hours(viewer: Viewer) -> Sequence[sa.Row[tuple[int, str]]]:
    """(id, title) of the viewer's own placements that have hours, to filter by."""
    statement = (
        sa.select(Placement.id, PartnerRequest.title)
        .join(Placement.request)
        .join(Placement.volunteer)
        .where(Volunteer.account_id == viewer.account_id)
        .where(Placement.id.in_(sa.select(HoursEntry.placement_id)))
        .order_by(Placement.id.desc())
    )
    return db.session.execute(statement).all()


def list_nearby_entries(volunteer_id: int, day: dt.date, *, exclude_id: int | None) -> Sequence[HoursEntry]:
    """The volunteer's counted entries of all placements that can touch work of `day`, without one of them."""
    statement = sa.select(HoursEntry).where(
        HoursEntry.volunteer_id == volunteer_id,
        HoursEntry.state.in_(COUNTED_STATES),
        HoursEntry.worked_on.between(day - NEARBY_PERIOD, day + NEARBY_PERIOD),
    )
    if exclude_id:
        statement = statement.where(HoursEntry.id != exclude_id)
    # Read anew: a rival may have changed them while this one waited for its lock.
    fresh = statement.order_by(HoursEntry.id).execution_options(populate_existing=True)
    return db.session.scalars(fresh).all()


def lock_entries(placement_id: int, entry_ids: Collection[int]) -> Sequence[HoursEntry]:
    """A placement's entries of these ids as they stand now, locked in one order."""
    statement = (
        sa.select(HoursEntry)
        .where(HoursEntry.placement_id == placement_id, HoursEntry.id.in_(entry_ids))
        .order_by(HoursEntry.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def lock_placement(placement: Placement) -> None:
    """Read a placement's state anew and keep it from ending until the commit."""
    statement = sa.select(Placement).where(Placement.id == placement.id).with_for_update(read=True)
    db.session.scalars(statement.execution_options(populate_existing=True)).one()


def list_overdue_reviews(*, before: dt.datetime) -> Sequence[sa.Row[tuple[int, int, dt.date]]]:
    """(placement, entries that wait, day of the oldest work) where the longest wait began at `before` or earlier."""
    statement = (
        sa.select(HoursEntry.placement_id, sa.func.count(), sa.func.min(HoursEntry.worked_on))
        .where(HoursEntry.state == HoursState.LOGGED)
        .group_by(HoursEntry.placement_id)
        .having(sa.func.min(HoursEntry.updated_at) <= before)
        .order_by(HoursEntry.placement_id)
    )
    return db.session.execute(statement).all()
