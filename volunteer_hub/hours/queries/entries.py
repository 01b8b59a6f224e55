"""Queries on entries of hours. Those for pages take the viewer and return what they may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
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
"""Roles that confirm hours: the hospital's contact and its director. Never their own hours, in whatever role."""
EntryLine = sa.Row[tuple[HoursEntry, bool]]
"""An entry, and whether the viewer may see its volunteer's name and messages."""


@dataclass(frozen=True)
class HoursFilters:
    """Filters of a list of entries; `volunteer` is part of a name."""

    state: HoursState | None = None
    month: CalendarMonth | None = None
    placement_id: int | None = None
    institution_id: int | None = None
    programme_id: int | None = None
    volunteer: str = ""

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions, for a statement that joins placement, request and account."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.state:
            conditions.append(HoursEntry.state == self.state)
        if self.month:
            conditions.append(HoursEntry.worked_on.between(self.month.first, self.month.last))
        if self.placement_id:
            conditions.append(HoursEntry.placement_id == self.placement_id)
        if self.institution_id:
            conditions.append(PartnerRequest.institution_id == self.institution_id)
        if self.programme_id:
            conditions.append(PartnerRequest.programme_id == self.programme_id)
        return [*conditions, *search.contains_all_parts(self.volunteer, Account.name)]


def _select_entries() -> sa.Select[tuple[HoursEntry]]:
    """Select entries with what a list shows: placement, request, institution, volunteer."""
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


def _select_lines(viewer: Viewer, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Select entries with whether the volunteer may be named: to themselves, to staff, or under an agreement."""
    named = sa.or_(
        Volunteer.account_id == viewer.account_id,
        sa.true() if viewer.is_staff else sa.false(),
        agreement_in_force(PartnerRequest.institution_id, today=today),
    )
    return _select_entries().add_columns(named.label("named"))


def _page(
    statement: sa.Select[tuple[HoursEntry, bool]], key: str | None, *, newest_first: bool
) -> paging.Page[EntryLine]:
    statement = paging.after(statement, (HoursEntry.worked_on, HoursEntry.id), key, newest_first=newest_first)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row[0].worked_on, row[0].id) for row in rows])


def select_mine(viewer: Viewer, filters: HoursFilters, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Return a statement for `list_page` or `list_all`: the viewer's own counted entries."""
    own = (Volunteer.account_id == viewer.account_id, HoursEntry.state.in_(COUNTED_STATES))
    return _select_lines(viewer, today).where(*own, *filters.clauses())


def select_awaiting_review(viewer: Viewer, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Return a statement for `list_page` or `list_all`: the entries that await the viewer's review, never their own."""
    return _select_lines(viewer, today).where(
        HoursEntry.state == HoursState.LOGGED,
        in_scope(viewer, *HOSTS),
        Volunteer.account_id != viewer.account_id,
    )


def select_all(viewer: Viewer, filters: HoursFilters, *, today: dt.date) -> sa.Select[tuple[HoursEntry, bool]]:
    """Return a statement for `list_page` or `list_all`: every entry in the coordinator's scope."""
    return _select_lines(viewer, today).where(in_scope(viewer, Role.COORDINATOR), *filters.clauses())


def list_page(
    statement: sa.Select[tuple[HoursEntry, bool]], *, key: str | None, newest_first: bool = True
) -> paging.Page[EntryLine]:
    """Return one page of a list, in one query."""
    return _page(statement, key, newest_first=newest_first)


def list_all(statement: sa.Select[tuple[HoursEntry, bool]]) -> Sequence[EntryLine]:
    """Return all rows of a list, the oldest work first, for a download."""
    return db.session.execute(statement.order_by(HoursEntry.worked_on, HoursEntry.id)).all()


def select_month(
    placement: Placement, month: CalendarMonth | None, *, viewer: Viewer, today: dt.date
) -> sa.Select[tuple[HoursEntry, bool]]:
    """Return a statement for `list_page` or `list_all`: a placement's counted entries of one month, or of all.

    The caller has checked that the viewer may see the placement.
    """
    return _select_lines(viewer, today).where(
        HoursEntry.placement_id == placement.id,
        HoursEntry.state.in_(COUNTED_STATES),
        *HoursFilters(month=month).clauses(),
    )


def get_mine(viewer: Viewer, entry_id: int) -> HoursEntry:
    """Return an entry of the viewer's own. Raises NotFound."""
    return _get_one(_select_entries().where(HoursEntry.id == entry_id, Volunteer.account_id == viewer.account_id))


def get_for(viewer: Viewer, entry_id: int, *roles: Role) -> HoursEntry:
    """Return an entry at a hospital in the scope of one of the viewer's `roles`. Raises NotFound."""
    return _get_one(_select_entries().where(HoursEntry.id == entry_id, in_scope(viewer, *roles)))


def _get_one(statement: sa.Select[tuple[HoursEntry]]) -> HoursEntry:
    entry = db.session.scalars(statement).one_or_none()
    if entry is None:
        raise NotFound(_("There is no such entry of hours."), code="hours_entry_not_found")
    return entry


def list_loggable_placements(viewer: Viewer) -> Sequence[Placement]:
    """Return the viewer's placements for which hours can be logged, the latest start first."""
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
    """Return (id, title) of the viewer's own placements that have entries."""
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
    """Return the volunteer's counted entries, of all placements, that can overlap work on `day`.

    Leaves out the entry `exclude_id`.
    """
    statement = sa.select(HoursEntry).where(
        HoursEntry.volunteer_id == volunteer_id,
        HoursEntry.state.in_(COUNTED_STATES),
        HoursEntry.worked_on.between(day - NEARBY_PERIOD, day + NEARBY_PERIOD),
    )
    if exclude_id:
        statement = statement.where(HoursEntry.id != exclude_id)
    # Reload rows already in the session: another transaction may have changed them while this one waited for its lock.
    statement = statement.order_by(HoursEntry.id).execution_options(populate_existing=True)
    return db.session.scalars(statement).all()


def lock_entries(placement_id: int, entry_ids: Collection[int]) -> Sequence[HoursEntry]:
    """Lock and reload those of a placement's entries that have these ids, in the order of ids. Returns them."""
    statement = (
        sa.select(HoursEntry)
        .where(HoursEntry.placement_id == placement_id, HoursEntry.id.in_(entry_ids))
        .order_by(HoursEntry.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def lock_placement(placement: Placement) -> None:
    """Reload a placement under a shared lock, so that its state cannot change until the commit."""
    statement = sa.select(Placement).where(Placement.id == placement.id).with_for_update(read=True)
    db.session.scalars(statement.execution_options(populate_existing=True)).one()


def list_overdue_reviews(*, before: dt.datetime) -> Sequence[sa.Row[tuple[int, int, dt.date]]]:
    """Return (placement id, number of entries awaiting review, date of the oldest work) for overdue placements.

    A placement is overdue when one of these entries was last changed at `before` or earlier.
    """
    statement = (
        sa.select(HoursEntry.placement_id, sa.func.count(), sa.func.min(HoursEntry.worked_on))
        .where(HoursEntry.state == HoursState.LOGGED)
        .group_by(HoursEntry.placement_id)
        .having(sa.func.min(HoursEntry.updated_at) <= before)
        .order_by(HoursEntry.placement_id)
    )
    return db.session.execute(statement).all()
