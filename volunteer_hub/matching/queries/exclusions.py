"""Who is not proposed to which hospital, each in the reach of who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
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


def _bars() -> sa.Select[tuple[MatchRestriction]]:
    return (
        sa.select(B)
        .join(B.volunteer)
        .join(Volunteer.account)
        .join(B.institution)
        .options(contains_eager(B.volunteer).contains_eager(Volunteer.account), contains_eager(B.institution))
    )


def _more() -> tuple[Any, Any]:
    """Who set it, and how many matches of the two still wait for an answer."""
    waiting = (
        sa.select(sa.func.count(Match.id))
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .where(Match.volunteer_id == B.volunteer_id, PartnerRequest.institution_id == B.institution_id)
        .where(Match.state.in_(WAITING))
        .correlate(B)
    )
    return SETTER.name.label("set_by"), waiting.scalar_subquery().label("waiting")


def _one(statement: sa.Select[tuple[MatchRestriction]], locked: bool) -> MatchRestriction:
    if locked:
        statement = statement.with_for_update(of=MatchRestriction).execution_options(populate_existing=True)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def find_in_force(volunteer_id: int, institution_id: int, kind: RestrictionKind) -> MatchRestriction | None:
    """What keeps a volunteer from a hospital for this reason now."""
    statement = sa.select(B).where(B.volunteer_id == volunteer_id, B.institution_id == institution_id, B.kind == kind)
    return db.session.scalars(statement.where(B.revoked_at.is_(None))).one_or_none()


def get(restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """A conflict of interest, for a coordinator: what a hospital asked for, it takes back itself. Raises NotFound."""
    return _one(_bars().where(B.id == restriction_id, B.kind == RestrictionKind.CONFLICT), locked)


def get_mine(viewer: Viewer, restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """A conflict of interest that the viewer declared about themselves. Raises NotFound."""
    mine = (Volunteer.account_id == viewer.account_id, B.set_by_id == viewer.account_id)
    return _one(_bars().where(B.id == restriction_id, B.kind == RestrictionKind.CONFLICT, *mine), locked)


def get_for_host(viewer: Viewer, restriction_id: int, *, locked: bool = False) -> MatchRestriction:
    """A wish of a hospital in the viewer's reach, about somebody else. Raises NotFound."""
    ours = sa.and_(in_scope(viewer, Role.PARTNER, Role.DIRECTOR), _others(viewer))
    return _one(_bars().where(B.id == restriction_id, B.kind == RestrictionKind.EXCLUSION, ours), locked)


def _others(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Not about the viewer: whoever is a volunteer beside their other role never learns of a hospital's wish."""
    return Volunteer.account_id != viewer.account_id


def list_mine(viewer: Viewer) -> Sequence[sa.Row[Any]]:
    """(bar, who set it, how many matches wait) of the viewer's own conflicts of interest, by hospital.

    What a hospital wished is not among them: the volunteer never learns of it.
    """
    statement = (
        _bars()
        .add_columns(*_more())
        .outerjoin(SETTER, SETTER.id == B.set_by_id)
        .where(Volunteer.account_id == viewer.account_id, B.kind == RestrictionKind.CONFLICT, B.revoked_at.is_(None))
        .order_by(Institution.name, B.id)
    )
    return db.session.execute(statement).all()


def list_for_host(viewer: Viewer, *, key: str | None, today: dt.date) -> paging.Page[sa.Row[Any]]:
    """(bar, who set it, how many wait, whether data is shared) of what the viewer's hospitals wished, the newest first."""
    shares = agreement_in_force(B.institution_id, today=today).label("shares")
    ours = in_scope(viewer, Role.PARTNER, Role.DIRECTOR)
    statement = _bars().add_columns(*_more(), shares).outerjoin(SETTER, SETTER.id == B.set_by_id)
    return _page(
        statement.where(B.kind == RestrictionKind.EXCLUSION, B.revoked_at.is_(None), ours, _others(viewer)), key
    )


def list_all(
    viewer: Viewer,
    *,
    key: str | None,
    volunteer_id: int | None = None,
    institution_id: int | None = None,
    revoked: bool = False,
) -> paging.Page[sa.Row[Any]]:
    """(bar, who set it, how many wait) for a coordinator, the newest first; with `lifted` those taken back."""
    statement = _bars().add_columns(*_more()).outerjoin(SETTER, SETTER.id == B.set_by_id)
    statement = statement.where(B.revoked_at.is_not(None) if revoked else B.revoked_at.is_(None))
    statement = statement.where(sa.or_(B.kind == RestrictionKind.CONFLICT, _others(viewer)))
    if volunteer_id:
        statement = statement.where(B.volunteer_id == volunteer_id)
    if institution_id:
        statement = statement.where(B.institution_id == institution_id)
    return _page(statement, key)


def _page(statement: sa.Select[Any], key: str | None) -> paging.Page[sa.Row[Any]]:
    statement = paging.after(statement, B.set_at, B.id, key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row[0].set_at, row[0].id) for row in rows])


def count_waiting_matches(volunteer_id: int, institution_id: int) -> int:
    """How many matches of a volunteer with a hospital wait for somebody's answer."""
    statement = (
        sa.select(sa.func.count(Match.id))
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .where(Match.volunteer_id == volunteer_id, PartnerRequest.institution_id == institution_id)
    )
    return int(db.session.scalar(statement.where(Match.state.in_(WAITING))) or 0)
