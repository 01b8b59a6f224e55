"""What each role's landing page counts and lists. Reads only; every number can be opened as rows."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.volunteers.models import Volunteer

Counts = Mapping[Any, int]


def _counts(column: Any, statement: sa.Select[Any], states: type[enum.StrEnum]) -> Counts:
    """How many rows are in each state, zero included, in one query."""
    rows = db.session.execute(statement.group_by(column).order_by(column))
    found: dict[Any, int] = dict.fromkeys(states, 0)
    found.update({states(state): number for state, number in rows})
    return found


def volunteers_by_state(states: type[enum.StrEnum]) -> Counts:
    """All volunteers by readiness."""
    return _counts(Volunteer.state, sa.select(Volunteer.state, sa.func.count()), states)


def requests_by_state(viewer: Viewer, *roles: Role) -> Counts:
    """Requests in the viewer's reach by state."""
    statement = (
        sa.select(PartnerRequest.state, sa.func.count())
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(in_scope(viewer, *roles))
    )
    return _counts(PartnerRequest.state, statement, RequestState)


def placements_by_state(viewer: Viewer, *roles: Role) -> Counts:
    """Placements in the viewer's reach by state."""
    statement = (
        sa.select(Placement.state, sa.func.count())
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(in_scope(viewer, *roles))
    )
    return _counts(Placement.state, statement, PlacementState)


def totals() -> tuple[Counts, Counts]:
    """Requests and placements of the whole service by state: figures without people."""
    requests = _counts(PartnerRequest.state, sa.select(PartnerRequest.state, sa.func.count()), RequestState)
    placements = _counts(Placement.state, sa.select(Placement.state, sa.func.count()), PlacementState)
    return requests, placements


def accounts_by_state(states: type[enum.StrEnum]) -> Counts:
    """All accounts by state."""
    return _counts(Account.state, sa.select(Account.state, sa.func.count()), states)


def mail_by_state(states: type[enum.StrEnum]) -> Counts:
    """The outbox by state."""
    return _counts(OutboxMail.state, sa.select(OutboxMail.state, sa.func.count()), states)


def decisions(viewer: Viewer, *roles: Role, now: dt.datetime) -> tuple[int, int]:
    """(waiting, late): matches that wait for a director's decision in the viewer's reach."""
    late = sa.func.sum(sa.case((Match.respond_by_at <= now, 1), else_=0))
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(late, 0))
        .select_from(Match)
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(Match.state == MatchState.ACCEPTED, in_scope(viewer, *roles))
    ).one()
    return int(row[0]), int(row[1])


def requests_in(viewer: Viewer, state: RequestState, *roles: Role, limit: int = 5) -> Sequence[PartnerRequest]:
    """The requests in one state in the viewer's reach, those that wait longest first."""
    statement = (
        sa.select(PartnerRequest)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution))
        .where(PartnerRequest.state == state, in_scope(viewer, *roles))
        .order_by(PartnerRequest.updated_at, PartnerRequest.id)
        .limit(limit)
    )
    return db.session.scalars(statement).unique().all()


def with_candidates(viewer: Viewer, *roles: Role, limit: int = 5) -> Sequence[sa.Row[tuple[PartnerRequest, int]]]:
    """Requests for which volunteers wait for an answer, each with how many, the longest wait first."""
    waiting = (
        sa.select(Match.request_id, sa.func.count().label("number"), sa.func.min(Match.accepted_at).label("since"))
        .where(Match.state == MatchState.ACCEPTED)
        .group_by(Match.request_id)
        .subquery()
    )
    statement = (
        sa.select(PartnerRequest, waiting.c.number)
        .join(waiting, waiting.c.request_id == PartnerRequest.id)
        .join(PartnerRequest.institution)
        .options(contains_eager(PartnerRequest.institution))
        .where(in_scope(viewer, *roles))
        .order_by(waiting.c.since, PartnerRequest.id)
        .limit(limit)
    )
    return db.session.execute(statement).unique().all()


def placements_to_plan(viewer: Viewer, *roles: Role, limit: int = 5) -> Sequence[Placement]:
    """Placements that are still being planned in the viewer's reach, the earliest start first."""
    statement = _planned().where(in_scope(viewer, *roles))
    return db.session.scalars(statement.limit(limit)).unique().all()


def my_placements(viewer: Viewer, *, limit: int = 10) -> Sequence[Placement]:
    """The viewer's own placements as volunteer that are planned or at work."""
    working = (PlacementState.PLANNED, PlacementState.ACTIVE, PlacementState.PAUSED)
    statement = (
        sa.select(Placement)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .options(contains_eager(Placement.request).contains_eager(PartnerRequest.institution))
        .where(Volunteer.account_id == viewer.account_id, Placement.state.in_(working))
        .order_by(Placement.starts_on, Placement.id)
    )
    return db.session.scalars(statement.limit(limit)).unique().all()


def _planned() -> sa.Select[tuple[Placement]]:
    return (
        sa.select(Placement)
        .join(Placement.request)
        .join(PartnerRequest.institution)
        .join(Placement.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(Placement.request).contains_eager(PartnerRequest.institution),
            contains_eager(Placement.volunteer).contains_eager(Volunteer.account),
        )
        .where(Placement.state == PlacementState.PLANNED)
        .order_by(Placement.starts_on, Placement.id)
    )


def my_state(viewer: Viewer) -> Volunteer | None:
    """The viewer's own volunteer's row, if they have one."""
    statement = sa.select(Volunteer).where(Volunteer.account_id == viewer.account_id)
    return db.session.scalars(statement).one_or_none()
