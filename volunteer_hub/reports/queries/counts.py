"""Counts of rows by state, all in one statement; and the pending decisions, with their age."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import visible_to
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

Counts = Mapping[Any, int]
StateCounts = dict[type[enum.StrEnum], Counts]


def _all_rows(column: Any) -> Callable[[Viewer | None], sa.Select[Any]]:
    """Return a source that counts every row, for any viewer."""
    return lambda _viewer: _states(column)


def _states(column: Any) -> sa.Select[Any]:
    return sa.select(sa.cast(column, sa.Text).label("state"), sa.func.count().label("number")).group_by(column)


def _requests(viewer: Viewer | None) -> sa.Select[Any]:
    statement = _states(PartnerRequest.state)
    if viewer is None:
        return statement
    return statement.join(Institution, Institution.id == PartnerRequest.institution_id).where(visible_to(viewer))


def _placements(viewer: Viewer | None) -> sa.Select[Any]:
    statement = _states(Placement.state)
    if viewer is None:
        return statement
    statement = (
        statement.select_from(Placement)
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
    )
    return statement.where(in_scope(viewer, *HOSTS))


SOURCES: dict[type[enum.StrEnum], Callable[[Viewer | None], sa.Select[Any]]] = {
    VolunteerState: _all_rows(Volunteer.state),
    RequestState: _requests,
    PlacementState: _placements,
    AccountState: _all_rows(Account.state),
    MailState: _all_rows(OutboxMail.state),
    ProgrammeState: _all_rows(Programme.state),
}


def count_by_state(viewer: Viewer | None, *kinds: type[enum.StrEnum]) -> StateCounts:
    """Return the number of rows in each state of `kinds`, zero included, within the viewer's scope; one query.

    A viewer of None counts the whole service: only for figures from which nobody can be identified.
    """
    parts = []
    for kind in kinds:
        counts = SOURCES[kind](viewer).subquery()
        parts.append(sa.select(sa.literal(kind.__name__, sa.Text).label("kind"), counts.c.state, counts.c.number))
    result: StateCounts = {kind: dict.fromkeys(kind, 0) for kind in kinds}
    by_name = {kind.__name__: kind for kind in kinds}
    for row in db.session.execute(sa.union_all(*parts)):
        kind = by_name[row.kind]
        result[kind] = {**result[kind], kind(row.state): row.number}
    return result


@dataclass(frozen=True)
class PendingDecisions:
    """Volunteers who wait for a director's decision. `median_at` is the median of when they began to wait."""

    waiting: int
    late: int
    oldest_at: dt.datetime | None
    median_at: dt.datetime | None


def count_pending_decisions(viewer: Viewer, *, now: dt.datetime) -> PendingDecisions:
    """Count the pending decisions within the viewer's scope; one query."""
    ranked = (
        sa.select(
            Match.accepted_at,
            Match.respond_by_at,
            sa.func.row_number().over(order_by=(Match.accepted_at, Match.id)).label("rank"),
            sa.func.count().over().label("total"),
        )
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .where(Match.state == MatchState.ACCEPTED, in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR))
        .subquery()
    )
    decision = ranked.c
    row = db.session.execute(
        sa.select(
            sa.func.count().label("waiting"),
            sa.func.coalesce(sa.func.sum(sa.case((decision.respond_by_at <= now, 1), else_=0)), 0).label("late"),
            sa.func.min(decision.accepted_at).label("oldest_at"),
            sa.func.max(sa.case((decision.rank == (decision.total + 1) // 2, decision.accepted_at))).label("median_at"),
        ).select_from(ranked)
    ).one()
    return PendingDecisions(int(row.waiting), int(row.late), row.oldest_at, row.median_at)


def count_placements_by_country() -> dict[str, int]:
    """Return the number of placements in each country with a partner, zero included, by the country's name."""
    count = sa.func.count(Placement.id).label("number")
    statement = (
        sa.select(Country.name, count)
        .join(Institution, Institution.country_iso2 == Country.iso2)
        .outerjoin(PartnerRequest, PartnerRequest.institution_id == Institution.id)
        .outerjoin(Placement, Placement.request_id == PartnerRequest.id)
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .group_by(Country.name)
        .order_by(Country.name)
    )
    return {row.name: row.number for row in db.session.execute(statement)}
