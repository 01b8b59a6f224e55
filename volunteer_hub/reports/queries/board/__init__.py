"""Demand and supply, summed in the database: three statements whatever the number of rows.

A volunteer with two languages counts in the rows of both, and so does a request that accepts either; the totals
count each once. Programme and country narrow the requests only: volunteers belong to neither.
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
    "IdleVolunteer",
    "list_filter_choices",
    "list_idle_volunteers",
    "list_unfilled_requests",
    "load_board",
]


def load_board(viewer: Viewer, filters: BoardFilters, *, now: dt.datetime) -> board.Board:
    """Return the whole board within the viewer's scope; three queries."""
    today = now.date()
    demand, total_demand = load_demand(viewer, filters, today=today)
    supply, total_idle = load_supply(filters, today=today)
    waits, total_wait = load_median_waits(viewer, filters, now=now)
    rows = board.build_rows(demand, board.cumulate_bands(supply), waits)
    return board.Board(rows, total_demand, total_idle, total_wait)


def list_filter_choices(viewer: Viewer) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (id, name) of the programmes and of the countries within the viewer's scope; one query."""
    programmes = sa.select(sa.literal(1), sa.cast(Programme.id, sa.Text), Programme.name)
    countries = (
        sa.select(sa.literal(2), sa.cast(Country.iso2, sa.Text), Country.name)
        .join(Institution, Institution.country_iso2 == Country.iso2)
        .where(Institution.kind == InstitutionKind.OVERSEAS, in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR))
        .distinct()
    )
    rows = sorted(db.session.execute(sa.union_all(programmes, countries)).all(), key=lambda row: (row[0], row[2]))
    return [(row[1], row[2]) for row in rows if row[0] == 1], [(row[1], row[2]) for row in rows if row[0] == 2]
