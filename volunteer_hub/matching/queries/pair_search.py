"""Search for the volunteer and the request of which a pair is explained."""

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
"""Letters of a name that a search needs, so that it cannot be used to list everyone."""


def is_long_enough(text: str) -> bool:
    """Whether a text is long enough to search for."""
    return any(len(part) >= MIN_LETTERS for part in plain_text.name_parts(text))


def _visible_requests(viewer: Viewer) -> sa.ColumnElement[bool]:
    """A clause: submitted requests in the viewer's scope; for a coordinator all of them."""
    role = Role.COORDINATOR if viewer.has(Role.COORDINATOR) else Role.DIRECTOR
    return sa.and_(in_scope(viewer, role), PartnerRequest.state != RequestState.DRAFT)


def search_requests(viewer: Viewer, text: str) -> Sequence[PartnerRequest]:
    """Return requests in the viewer's scope by title or hospital, newest first; at most MAX_HITS + 1."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .where(_visible_requests(viewer), *search.contains_all_parts(text, PartnerRequest.title, Institution.name))
        .options(contains_eager(PartnerRequest.institution))
        .order_by(PartnerRequest.id.desc())
        .limit(MAX_HITS + 1)
    )
    return db.session.scalars(statement).all()


def find_request(viewer: Viewer, request_id: int, *, today: dt.date) -> tuple[PartnerRequest, bool] | None:
    """Return a submitted request in the viewer's scope and whether its hospital may see volunteers' data, or None."""
    statement = (
        sa.select(PartnerRequest, agreement_in_force(PartnerRequest.institution_id, today=today))
        .join(PartnerRequest.institution)
        .where(PartnerRequest.id == request_id, _visible_requests(viewer))
        .options(contains_eager(PartnerRequest.institution))
    )
    row = db.session.execute(statement).one_or_none()
    return (row[0], bool(row[1])) if row else None


def search_volunteers(text: str, *, ready_only: bool) -> Sequence[Any]:
    """Return (id, name, state) of volunteers by name; at most MAX_HITS + 1."""
    statement = sa.select(Volunteer.id, Account.name, Volunteer.state).join(Account, Account.id == Volunteer.account_id)
    statement = statement.where(*search.contains_all_parts(text, Account.name))
    if ready_only:
        statement = statement.where(Volunteer.state == VolunteerState.READY)
    return db.session.execute(statement.order_by(Account.name, Volunteer.id).limit(MAX_HITS + 1)).all()


def list_restrictions_between(volunteer_id: int, institution_id: int) -> Sequence[MatchRestriction]:
    """Return the restrictions in force between a volunteer and a hospital; for coordinators only."""
    statement = sa.select(MatchRestriction).where(
        MatchRestriction.volunteer_id == volunteer_id,
        MatchRestriction.institution_id == institution_id,
        MatchRestriction.revoked_at.is_(None),
    )
    return db.session.scalars(statement.order_by(MatchRestriction.id)).all()


def list_matches_between(volunteer_id: int, request_id: int) -> Sequence[Match]:
    """Return every match of the pair, newest first; directors may only see one that is live."""
    statement = sa.select(Match).where(Match.volunteer_id == volunteer_id, Match.request_id == request_id)
    return db.session.scalars(statement.order_by(Match.id.desc())).all()
