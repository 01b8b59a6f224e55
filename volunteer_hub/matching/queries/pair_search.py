"""Finding a volunteer and a request for the question why the two are, or are not, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import plain_text, search
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.matching.models import Match, MatchRestriction
from volunteer_hub.matching.queries.matches import in_scope
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

MAX_HITS = 10
MIN_LETTERS = 2
"""A name is looked for, not the list read."""


def is_long_enough(text: str) -> bool:
    """Whether somebody typed enough to search for."""
    return any(len(part) >= MIN_LETTERS for part in plain_text.name_parts(text))


def _reach(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Sent requests in the viewer's scope; all of them for a coordinator."""
    role = Role.COORDINATOR if viewer.has(Role.COORDINATOR) else Role.DIRECTOR
    return sa.and_(in_scope(viewer, role), PartnerRequest.state != RequestState.DRAFT)


def search_requests(viewer: Viewer, text: str) -> Sequence[PartnerRequest]:
    """Requests in the viewer's scope by title or hospital, the newest first; one more than are shown."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .where(_reach(viewer), *search.contains_all_parts(text, PartnerRequest.title, Institution.name))
        .options(contains_eager(PartnerRequest.institution))
        .order_by(PartnerRequest.id.desc())
        .limit(MAX_HITS + 1)
    )
    return db.session.scalars(statement).all()


def find_request(viewer: Viewer, request_id: int, *, today: dt.date) -> tuple[PartnerRequest, bool] | None:
    """A sent request in the viewer's scope, and whether volunteers' data may be shown to its hospital; None for none."""
    statement = (
        sa.select(PartnerRequest, agreement_in_force(PartnerRequest.institution_id, today=today))
        .join(PartnerRequest.institution)
        .where(PartnerRequest.id == request_id, _reach(viewer))
        .options(contains_eager(PartnerRequest.institution))
    )
    row = db.session.execute(statement).one_or_none()
    return (row[0], bool(row[1])) if row else None


def search_volunteers(text: str, *, ready_only: bool) -> Sequence[Any]:
    """(id, name, state) of volunteers by name; one more than are shown."""
    statement = sa.select(Volunteer.id, Account.name, Volunteer.state).join(Account, Account.id == Volunteer.account_id)
    statement = statement.where(*search.contains_all_parts(text, Account.name))
    if ready_only:
        statement = statement.where(Volunteer.state == VolunteerState.READY)
    return db.session.execute(statement.order_by(Account.name, Volunteer.id).limit(MAX_HITS + 1)).all()


def list_restrictions_between(volunteer_id: int, institution_id: int) -> Sequence[MatchRestriction]:
    """The bars in force between a volunteer and a hospital; for coordinators alone."""
    statement = sa.select(MatchRestriction).where(
        MatchRestriction.volunteer_id == volunteer_id,
        MatchRestriction.institution_id == institution_id,
        MatchRestriction.revoked_at.is_(None),
    )
    return db.session.scalars(statement.order_by(MatchRestriction.id)).all()


def list_matches_between(volunteer_id: int, request_id: int) -> Sequence[Match]:
    """Every match that the two ever had, the latest first; directors are told of one under way alone."""
    statement = sa.select(Match).where(Match.volunteer_id == volunteer_id, Match.request_id == request_id)
    return db.session.scalars(statement.order_by(Match.id.desc())).all()
