"""Seats of open requests that are neither filled nor taken up by a waiting match."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.matching.states import WAITING
from volunteer_hub.partner_requests.deadlines import not_passed_clause
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.reports.board import BoardKey, Demand
from volunteer_hub.reports.queries.board.base import (
    BY,
    TOTAL,
    BoardFilters,
    request_band,
    request_clauses,
    specialty_group,
)
from volunteer_hub.reports.states import Band
from volunteer_hub.vocabulary.models import Specialty


def _select_unfilled(viewer: Viewer, filters: BoardFilters, today: dt.date, *columns: Any) -> sa.Select[Any]:
    """Select the open requests within the viewer's scope that have free seats, with the number of these seats."""
    r = PartnerRequest
    waiting = sa.select(Match.request_id, sa.func.count().label("number")).where(Match.state.in_(WAITING))
    pending = waiting.group_by(Match.request_id).subquery("pending")
    seats = r.seats - r.seats_filled - sa.func.coalesce(pending.c.number, 0)
    closed = sa.select(Programme.id).where(Programme.state == ProgrammeState.CLOSED)
    return (
        sa.select(
            r.id,
            specialty_group().label("group"),
            request_band(r.weekly_minutes).label("band"),
            seats.label("free_seats"),
        )
        .add_columns(*columns)
        .select_from(r)
        .join(Institution, Institution.id == r.institution_id)
        .outerjoin(Specialty, Specialty.code == r.specialty_code)
        .outerjoin(pending, pending.c.request_id == r.id)
        .where(r.state == RequestState.OPEN, seats > 0, r.programme_id.not_in(closed))
        .where(not_passed_clause(today), in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR), *request_clauses(filters))
    )


def load_demand(viewer: Viewer, filters: BoardFilters, *, today: dt.date) -> tuple[dict[BoardKey, Demand], Demand]:
    """Return requests and seats by key, and the total with each request once; one query."""
    unfilled, language = _select_unfilled(viewer, filters, today).cte("unfilled"), RequestLanguage.language
    counts = (sa.func.count().label("requests"), sa.func.coalesce(sa.func.sum(unfilled.c.free_seats), 0).label("seats"))
    by = (
        sa.select(sa.literal(BY), unfilled.c.group, language, unfilled.c.band, *counts)
        .join(RequestLanguage, RequestLanguage.request_id == unfilled.c.id)
        .where(*([language == filters.language] if filters.language else []))
        .group_by(unfilled.c.group, language, unfilled.c.band)
    )
    total = sa.select(sa.literal(TOTAL), sa.literal(""), sa.literal(""), sa.literal(""), *counts).select_from(unfilled)
    rows = db.session.execute(sa.union_all(by, total)).all()
    by_key = {BoardKey(row[1], row[2], Band(row[3])): Demand(row[4], int(row[5])) for row in rows if row[0] == BY}
    return by_key, next(Demand(row[4], int(row[5])) for row in rows if row[0] == TOTAL)


def list_unfilled_requests(
    viewer: Viewer, filters: BoardFilters, *, key: str | None, today: dt.date
) -> paging.Page[sa.Row[Any]]:
    """Return one page of the requests behind a number of seats, the longest open first; one query per page."""
    r = PartnerRequest
    columns = (r.title, r.opened_at, r.weekly_minutes, r.respond_by_on)
    places = (Institution.name.label("institution"), Country.name.label("country"))
    statement = _select_unfilled(viewer, filters, today, *columns, *places)
    statement = statement.join(Country, Country.iso2 == Institution.country_iso2)
    statement = paging.after(statement, (r.opened_at, r.id), key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.opened_at, row.id) for row in rows])
