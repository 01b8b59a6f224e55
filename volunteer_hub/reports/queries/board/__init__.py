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
from volunteer_hub.reports.queries.board.base import NO_SPECIALTY, Filters
from volunteer_hub.reports.queries.board.demand import demand, unmet_requests
from volunteer_hub.reports.queries.board.supply import Idle, idle_volunteers, supply
from volunteer_hub.reports.queries.board.waits import waited

__all__ = ["NO_SPECIALTY", "Filters", "Idle", "choices", "idle_volunteers", "read", "unmet_requests"]


def read(viewer: Viewer, filters: Filters, *, now: dt.datetime) -> board.Board:
    """The whole board; three queries."""
    today = now.date()
    asked, seats = demand(viewer, filters, today=today)
    highest, idle = supply(filters, today=today)
    by_key, altogether = waited(viewer, filters, now=now)
    found = board.lines(asked, board.reaching(highest), by_key)
    return board.Board(found, seats, idle, altogether)


def choices(viewer: Viewer) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
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
