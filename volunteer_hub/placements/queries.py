"""Queries on placements and releases. Those for pages take the viewer and return what they may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from volunteer_hub.accounts.secrets import hash_token
from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound, StaleLink
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.queries import agreement_in_force, shares_data
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import ManagerRelease, Placement
from volunteer_hub.placements.states import PlacementState, ReleaseState
from volunteer_hub.volunteers.models import Volunteer


def _select_summaries() -> sa.Select[tuple[Placement]]:
    """Select placements with what a list shows: request, institution, country, volunteer."""
    return (
        sa.select(Placement)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(Placement.request)
            .contains_eager(PartnerRequest.institution)
            .joinedload(Institution.country),
            contains_eager(Placement.volunteer).contains_eager(Volunteer.account),
        )
    )


def _select_complete() -> sa.Select[tuple[Placement]]:
    """Select placements with everything that their own page and the service functions need."""
    return _select_summaries().options(
        contains_eager(Placement.request).joinedload(PartnerRequest.programme),
        contains_eager(Placement.request).joinedload(PartnerRequest.contact),
        joinedload(Placement.director),
        joinedload(Placement.allocation),
        joinedload(Placement.release),
        selectinload(Placement.objectives),
    )


def _visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """A clause for the viewer's own placements and those in the scope of their roles as host or staff."""
    return sa.or_(Volunteer.account_id == viewer.account_id, in_scope(viewer, *HOSTS))


def get_for(viewer: Viewer, placement_id: int) -> Placement:
    """Return a placement that the viewer may see, with its parts. Raises NotFound."""
    statement = _select_complete().where(Placement.id == placement_id, _visible_to(viewer))
    placement = db.session.scalars(statement).unique().one_or_none()
    if placement is None:
        raise NotFound(_("There is no such placement."), code="placement_not_found")
    return placement


def get_with_people(placement_ids: Collection[int]) -> dict[int, Placement]:
    """Return placements with their participants, by id, for e-mails: without a check of access."""
    rows = db.session.scalars(_select_summaries().where(Placement.id.in_(placement_ids)).order_by(Placement.id))
    return {placement.id: placement for placement in rows.unique()}


def list_placements(
    viewer: Viewer,
    *,
    state: PlacementState | None,
    key: str | None,
    today: dt.date,
    institution_id: int | None = None,
) -> paging.Page[sa.Row[tuple[Placement, bool]]]:
    """Return one page of (placement, whether its volunteer may be named), the newest first, in one query.

    `key` is the cursor of the page (core/paging.py).
    """
    named = sa.or_(
        Volunteer.account_id == viewer.account_id,
        sa.true() if viewer.is_staff else sa.false(),
        agreement_in_force(PartnerRequest.institution_id, today=today),
    )
    # A viewer who has chosen one of their roles (`?as=director`) sees what that role reaches, and no more.
    visible = _visible_to(viewer) if viewer.has(Role.VOLUNTEER) else in_scope(viewer, *HOSTS)
    statement = _select_summaries().add_columns(named.label("named")).where(visible)
    if state:
        statement = statement.where(Placement.state == state)
    if institution_id:
        statement = statement.where(PartnerRequest.institution_id == institution_id)
    statement = paging.after(statement, (Placement.created_at, Placement.id), key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row[0].created_at, row[0].id) for row in rows])


def list_titles(placement_ids: Collection[int], viewer: Viewer) -> Sequence[sa.Row[tuple[int, str, bool]]]:
    """Return (id, title, in_reach) of placements by id, without a check of access.

    `in_reach` says whether the viewer may open the placement.
    """
    statement = (
        sa.select(Placement.id, PartnerRequest.title, _visible_to(viewer).label("in_reach"))
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .where(Placement.id.in_(placement_ids))
        .order_by(Placement.id)
    )
    return db.session.execute(statement).all()


def may_name(placement: Placement, viewer: Viewer, *, today: dt.date) -> bool:
    """Return whether the viewer may see the volunteer's personal data.

    The volunteer and staff always may, others only under a data-sharing agreement in force.
    """
    has_own_access = is_volunteer(placement, viewer) or viewer.is_staff
    return has_own_access or shares_data(placement.request.institution_id, today=today)


def is_volunteer(placement: Placement, viewer: Viewer) -> bool:
    """Return whether the viewer is the volunteer of the placement."""
    return placement.volunteer.account_id == viewer.account_id


def is_partner(placement: Placement, viewer: Viewer) -> bool:
    """Return whether the viewer acts for the hospital, as its partner contact or its director."""
    institution = placement.request.institution
    return any(
        viewer.covers(role, country=institution.country_iso2, institution_id=institution.id)
        for role in (Role.PARTNER, Role.DIRECTOR)
    )


def get_release_by_token(token: str) -> ManagerRelease:
    """Return the release to which a line manager's link belongs. Raises StaleLink."""
    statement = (
        sa.select(ManagerRelease)
        .where(ManagerRelease.token_hash == hash_token(token))
        .options(
            joinedload(ManagerRelease.placement)
            .joinedload(Placement.request)
            .joinedload(PartnerRequest.institution)
            .joinedload(Institution.country),
            joinedload(ManagerRelease.placement).joinedload(Placement.volunteer).joinedload(Volunteer.account),
            joinedload(ManagerRelease.placement).joinedload(Placement.director),
        )
    )
    release = db.session.scalars(statement).unique().one_or_none()
    if release is None:
        raise StaleLink(_("A newer link has been sent, or this one is not whole."), code="release")
    return release


def list_late_releases(*, now: dt.datetime) -> Sequence[ManagerRelease]:
    """Return up to 200 releases that are overdue and have not been chased, the oldest first."""
    statement = (
        sa.select(ManagerRelease)
        .where(
            ManagerRelease.state == ReleaseState.WAITING,
            ManagerRelease.respond_by_at <= now,
            ManagerRelease.chased_at.is_(None),
        )
        .options(
            joinedload(ManagerRelease.placement).joinedload(Placement.request).joinedload(PartnerRequest.institution),
            joinedload(ManagerRelease.placement).joinedload(Placement.volunteer).joinedload(Volunteer.account),
            joinedload(ManagerRelease.placement).joinedload(Placement.director),
        )
        .order_by(ManagerRelease.respond_by_at, ManagerRelease.id)
        .limit(200)
    )
    return db.session.scalars(statement).unique().all()


def list_ended_with_free_seat(*, since: dt.datetime) -> Sequence[Placement]:
    """Return placements that ended early since then and whose request is open with a free seat."""
    statement = _select_complete().where(
        Placement.state == PlacementState.ENDED_EARLY,
        Placement.match.has(Match.ended_at >= since),
        PartnerRequest.state == RequestState.OPEN,
        PartnerRequest.seats_filled < PartnerRequest.seats,
    )
    return db.session.scalars(statement.order_by(Placement.id)).unique().all()


def list_overdue(*, last_on: dt.date) -> Sequence[Placement]:
    """Return up to 200 active placements whose last day was `last_on` or before, the oldest first, locked."""
    statement = (
        _select_complete()
        .where(Placement.state == PlacementState.ACTIVE, Placement.ends_on <= last_on)
        .order_by(Placement.ends_on, Placement.id)
        .limit(200)
        # Rows locked by another transaction are left to the next run: waiting for them could deadlock.
        .with_for_update(of=Placement, skip_locked=True)
    )
    return db.session.scalars(statement).unique().all()


def list_unfinished_of_account(account_id: int) -> Sequence[Placement]:
    """Return the unfinished placements of which an account is the director or the volunteer, ordered by hospital."""
    ended = (PlacementState.COMPLETED, PlacementState.ENDED_EARLY)
    is_theirs = sa.or_(Placement.director_id == account_id, Volunteer.account_id == account_id)
    statement = _select_summaries().where(Placement.state.not_in(ended), is_theirs)
    ordered = statement.order_by(Institution.name, Institution.id, Placement.id)
    return db.session.scalars(ordered).unique().all()


def list_by_ids(placement_ids: Sequence[int]) -> Sequence[Placement]:
    """Return placements by id, without a check of access: the caller has made it."""
    statement = sa.select(Placement).where(Placement.id.in_(placement_ids)).order_by(Placement.id)
    return db.session.scalars(statement).all()
