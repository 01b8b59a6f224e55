"""Demand and supply, summed in the database: the same few statements at any number of rows.

A volunteer with two languages stands in the rows of both, and so does a request that can be done in either; the sums
of everything count each once. Programme and country narrow the requests: volunteers belong to neither.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.programmes.models import Programme
from volunteer_hub.reports import board
from volunteer_hub.reports.queries.board.base import NO_SPECIALTY, BoardFilters
from volunteer_hub.reports.queries.board.demand import list_unfilled_requests, load_demand
from volunteer_hub.reports.queries.board.supply import IdleVolunteer, list_idle_volunteers, load_supply
from volunteer_hub.reports.queries.board.waiting_times import load_median_waits

__all__ = [
    "NO_SPECIALTY",
    "BoardFilters",
    "Country",
    "IdleVolunteer",
    "Institution",
    "InstitutionKind",
    "Programme",
    "Role",
    "Viewer",
    "board",
    "db",
    "in_scope",
    "list_idle_volunteers",
    "list_unfilled_requests",
    "load_demand",
    "load_median_waits",
    "load_supply",
]


def load_board(viewer: Viewer, filters: BoardFilters, *, now: dt.datetime) -> board.Board:
    """The whole board; three queries."""
    today = now.date()
    asked, seats = load_demand(viewer, filters, today=today)
    highest, idle = load_supply(filters, today=today)
    by_key, altogether = load_median_waits(viewer, filters, now=now)
    found = board.build_rows(asked, board.cumulate_bands(highest), by_key)
    return board.Board(found, seats, idle, altogether)


def list_filter_choices(viewer: Viewer) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(id, name) of the programmes and of the countries in the viewer's reach; one query."""
    programmes = sa.select(sa.literal(1), sa.cast(Programme.id, sa.Text), Programme.name)
    countries = (
        sa.select(sa.literal(2), sa.cast(Country.iso2, sa.Text), Country.name)
        .join(Institution, Institution.country_iso2 == Country.iso2)
        .where(Institution.kind == InstitutionKind.OVERSEAS, in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR))
        .distinct()
    )
    rows = sorted(db.session.execute(sa.union_all(programmes, countries)).all(), key=lambda row: (row[0], row[2]))
    return [(row[1], row[2]) for row in rows if row[0] == 1], [(row[1], row[2]) for row in rows if row[0] == 2]
