"""Queries for match restrictions, limited to what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, contains_eager

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.matching.models import Match, MatchRestriction
from volunteer_hub.matching.queries.matches import in_scope
from volunteer_hub.matching.states import WAITING
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer

B = MatchRestriction
SETTER = aliased(Account)


def _restrictions() -> sa.Select[tuple[MatchRestriction]]:
    return (
        sa.select(B)
        .join(B.volunteer)
        .join(Volunteer.account)
        .join(B.institution)
        .options(contains_eager(B.volunteer).contains_eager(Volunteer.account), contains_eager(B.institution))
    )


def _list_columns() -> tuple[Any, Any]:
    """Return the columns for the setter's name and for the number of matches of the pair that await an answer."""
    waiting_count = (
        sa.select(sa.func.count(Match.id))
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .where(Match.volunteer_id == B.volunteer_id, PartnerRequest.institution_id == B.institution_id)
        .where(Match.state.in_(WAITING))
        .correlate(B)
    )
    return SETTER.name.label("set_by"), waiting_count.scalar_subquery().label("waiting")


def _get_one(statement: sa.Select[tuple[MatchRestriction]], locked: bool) -> MatchRestriction:
    if locked:
        statement = statement.with_for_update(of=MatchRestriction).execution_options(populate_existing=True)
    restriction = db.session.scalars(statement).one_or_none()
    if restriction is None:
        raise NotFound(_("There is no such entry."), code="exclusion_not_found")
    return restriction


def find_in_force(volunteer_id: int, institution_id: int, kind: RestrictionKind) -> MatchRestriction | None:
    """Return the restriction of this kind in force between a volunteer and a hospital, or None."""
    statement = sa.select(B).where(B.volunteer_id == volunteer_id, B.institution_id == institution_id, B.kind == kind)
    return db.session.scalars(statement.where(B.revoked_at.is_(None))).one_or_none()


def get(restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """Return a conflict of interest, for a coordinator; exclusions can only be revoked by the hospital. Raises
    NotFound.
    """
    return _get_one(_restrictions().where(B.id == restriction_id, B.kind == RestrictionKind.CONFLICT), locked)


def get_mine(viewer: Viewer, restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """Return a conflict of interest that the viewer declared about themselves. Raises NotFound."""
    declared_by_viewer = (Volunteer.account_id == viewer.account_id, B.set_by_id == viewer.account_id)
    return _get_one(
        _restrictions().where(B.id == restriction_id, B.kind == RestrictionKind.CONFLICT, *declared_by_viewer), locked
    )


def get_for_host(viewer: Viewer, restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """Return an exclusion by a hospital in the viewer's scope, about another account. Raises NotFound."""
    in_viewers_scope = sa.and_(in_scope(viewer, Role.PARTNER, Role.DIRECTOR), _is_about_other_account(viewer))
    return _get_one(
        _restrictions().where(B.id == restriction_id, B.kind == RestrictionKind.EXCLUSION, in_viewers_scope), locked
    )


def _is_about_other_account(viewer: Viewer) -> sa.ColumnElement[bool]:
    """A clause: the restriction is not about the viewer, who must never learn of an exclusion as a volunteer."""
    return Volunteer.account_id != viewer.account_id


def list_mine(viewer: Viewer) -> Sequence[sa.Row[Any]]:
    """Return (restriction, set_by, waiting) of the viewer's own conflicts of interest, by hospital.

    Exclusions are left out: the volunteer never learns of them.
    """
    statement = (
        _restrictions()
        .add_columns(*_list_columns())
        .outerjoin(SETTER, SETTER.id == B.set_by_id)
        .where(Volunteer.account_id == viewer.account_id, B.kind == RestrictionKind.CONFLICT, B.revoked_at.is_(None))
        .order_by(Institution.name, B.id)
    )
    return db.session.execute(statement).all()


def list_for_host(viewer: Viewer, *, key: str | None, today: dt.date) -> paging.Page[sa.Row[Any]]:
    """Return (restriction, set_by, waiting, shares) of the exclusions by the viewer's hospitals, newest first.

    `shares`: whether volunteers' data may be shown to that hospital.
    """
    shares = agreement_in_force(B.institution_id, today=today).label("shares")
    in_viewers_scope = in_scope(viewer, Role.PARTNER, Role.DIRECTOR)
    statement = _restrictions().add_columns(*_list_columns(), shares).outerjoin(SETTER, SETTER.id == B.set_by_id)
    return _page(
        statement.where(
            B.kind == RestrictionKind.EXCLUSION,
            B.revoked_at.is_(None),
            in_viewers_scope,
            _is_about_other_account(viewer),
        ),
        key,
    )


def list_all(
    viewer: Viewer,
    *,
    key: str | None,
    volunteer_id: int | None = None,
    institution_id: int | None = None,
    revoked: bool = False,
) -> paging.Page[sa.Row[Any]]:
    """Return (restriction, set_by, waiting) for a coordinator, newest first; with `revoked` the revoked ones."""
    statement = _restrictions().add_columns(*_list_columns()).outerjoin(SETTER, SETTER.id == B.set_by_id)
    statement = statement.where(B.revoked_at.is_not(None) if revoked else B.revoked_at.is_(None))
    statement = statement.where(sa.or_(B.kind == RestrictionKind.CONFLICT, _is_about_other_account(viewer)))
    if volunteer_id:
        statement = statement.where(B.volunteer_id == volunteer_id)
    if institution_id:
        statement = statement.where(B.institution_id == institution_id)
    return _page(statement, key)


def _page(statement: sa.Select[Any], key: str | None) -> paging.Page[sa.Row[Any]]:
    statement = paging.after(statement, (B.set_at, B.id), key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row[0].set_at, row[0].id) for row in rows])
