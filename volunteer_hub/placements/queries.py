"""Reading placements and releases, each in the viewer's reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
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


def _placements() -> sa.Select[tuple[Placement]]:
    """Placements with what a line of a list tells."""
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


def _whole() -> sa.Select[tuple[Placement]]:
    """Placements with everything that their own page tells and their services need."""
    return _placements().options(
        contains_eager(Placement.request).joinedload(PartnerRequest.programme),
        contains_eager(Placement.request).joinedload(PartnerRequest.contact),
        joinedload(Placement.director),
        joinedload(Placement.allocation),
        joinedload(Placement.release),
        selectinload(Placement.objectives),
    )


def _reach(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The volunteer's own, and what the viewer's roles as host or staff reach."""
    return sa.or_(Volunteer.account_id == viewer.account_id, in_scope(viewer, *HOSTS))


def get_for(viewer: Viewer, placement_id: int) -> Placement:
    """A placement that the viewer takes part in or looks after. Raises NotFound."""
    statement = _whole().where(Placement.id == placement_id, _reach(viewer))
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such placement.")
    return found


def get_with_people(placement_ids: Collection[int]) -> dict[int, Placement]:
    """Placements by id with those who take part, for e-mails: no viewer asks."""
    rows = db.session.scalars(_placements().where(Placement.id.in_(placement_ids)).order_by(Placement.id))
    return {placement.id: placement for placement in rows.unique()}


def list_placements(
    viewer: Viewer,
    *,
    state: PlacementState | None,
    key: str | None,
    today: dt.date,
    institution_id: int | None = None,
) -> paging.Page[sa.Row[tuple[Placement, bool]]]:
    """Placements in the viewer's reach, the newest first, each with whether the volunteer may be named; one query."""
    named = sa.or_(
        Volunteer.account_id == viewer.account_id,
        sa.true() if viewer.is_staff else sa.false(),
        agreement_in_force(PartnerRequest.institution_id, today=today),
    )
    # In one of their roles (`?as=director`) nobody sees what they reach through another.
    reach = _reach(viewer) if viewer.has(Role.VOLUNTEER) else in_scope(viewer, *HOSTS)
    statement = _placements().add_columns(named.label("named")).where(reach)
    if state:
        statement = statement.where(Placement.state == state)
    if institution_id:
        statement = statement.where(PartnerRequest.institution_id == institution_id)
    statement = paging.after(statement, Placement.created_at, Placement.id, key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row[0].created_at, row[0].id) for row in rows])


def list_titles(placement_ids: Collection[int], viewer: Viewer) -> Sequence[sa.Row[tuple[int, str, bool]]]:
    """(id, title, in_reach) of placements by id, whoever asks; `in_reach` where the viewer may open them."""
    statement = (
        sa.select(Placement.id, PartnerRequest.title, _reach(viewer).label("in_reach"))
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .where(Placement.id.in_(placement_ids))
        .order_by(Placement.id)
    )
    return db.session.execute(statement).all()


def may_name(placement: Placement, viewer: Viewer, *, today: dt.date) -> bool:
    """Whether the volunteer's data may be shown: to themselves, to staff, and under an agreement in force."""
    mine = is_volunteer(placement, viewer) or viewer.is_staff
    return mine or shares_data(placement.request.institution_id, today=today)


def is_volunteer(placement: Placement, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer of the placement."""
    return placement.volunteer.account_id == viewer.account_id


def is_partner(placement: Placement, viewer: Viewer) -> bool:
    """Whether the viewer speaks for the hospital: as its partner contact or its director."""
    institution = placement.request.institution
    return any(
        viewer.covers(role, country=institution.country_iso2, institution_id=institution.id)
        for role in (Role.PARTNER, Role.DIRECTOR)
    )


def get_release_by_token(token: str) -> ManagerRelease:
    """The release that a line manager's link is for. Raises StaleLink."""
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
    found = db.session.scalars(statement).unique().one_or_none()
    if found is None:
        raise StaleLink("A newer link has been sent, or this one is not whole.", code="release")
    return found


def list_late_releases(*, now: dt.datetime) -> Sequence[ManagerRelease]:
    """Releases whose time to answer is over and whom nobody has chased, the oldest first."""
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
    """Placements that ended early since then, while their request has a free seat."""
    statement = _whole().where(
        Placement.state == PlacementState.ENDED_EARLY,
        Placement.match.has(Match.ended_at >= since),
        PartnerRequest.state == RequestState.OPEN,
        PartnerRequest.seats_filled < PartnerRequest.seats,
    )
    return db.session.scalars(statement.order_by(Placement.id)).unique().all()


def list_overdue(*, last_on: dt.date) -> Sequence[Placement]:
    """Active placements whose last day was `last_on` or before, the oldest first, locked."""
    statement = (
        _whole()
        .where(Placement.state == PlacementState.ACTIVE, Placement.ends_on <= last_on)
        .order_by(Placement.ends_on, Placement.id)
        .limit(200)
        # What somebody is just working on is left to them; a job that waited could deadlock with them.
        .with_for_update(of=Placement, skip_locked=True)
    )
    return db.session.scalars(statement).unique().all()


def list_unfinished_of_account(account_id: int) -> Sequence[Placement]:
    """What a director looks after and what a volunteer works on, unless it is over, hospital by hospital."""
    over = (PlacementState.COMPLETED, PlacementState.ENDED_EARLY)
    theirs = sa.or_(Placement.director_id == account_id, Volunteer.account_id == account_id)
    statement = _placements().where(Placement.state.not_in(over), theirs)
    ordered = statement.order_by(Institution.name, Institution.id, Placement.id)
    return db.session.scalars(ordered).unique().all()


def list_by_ids(placement_ids: Sequence[int]) -> Sequence[Placement]:
    """Placements by their numbers, whoever asks: for handing them over."""
    statement = sa.select(Placement).where(Placement.id.in_(placement_ids)).order_by(Placement.id)
    return db.session.scalars(statement).all()
