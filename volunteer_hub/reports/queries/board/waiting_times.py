"""Waiting times: from a request's opening, and from a volunteer's readiness, to the first acceptance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import in_scope
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.reports.board import BoardKey, MedianWait
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
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState

BECAME_READY = f"{subject_type(Volunteer)}.{VolunteerState.READY.value}"
LOOKBACK = dt.timedelta(days=365)
"""Medians are over the acceptances within this time."""


class days_between(sa.sql.functions.GenericFunction[float]):  # noqa: N801 -- it is read as a function of SQL
    """SQL function: days from one instant to another, with their fraction."""

    type = sa.Float()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _days_sqlite(element: days_between, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(julianday({end}) - julianday({start}))"


@compiles(days_between, "postgresql")
def _days_postgresql(element: days_between, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(EXTRACT(EPOCH FROM ({end} - {start})) / 86400)"


def _acceptance_rank(column: Any) -> Any:
    """Return 1 for the first acceptance of each request, or of each volunteer."""
    return sa.func.row_number().over(partition_by=column, order_by=(Match.accepted_at, Match.id))


def _answers(viewer: Viewer, filters: BoardFilters, now: dt.datetime) -> sa.CTE:
    """Select the first acceptances within LOOKBACK in the viewer's scope, with the days that they took."""
    r = PartnerRequest
    ranks = (
        _acceptance_rank(Match.request_id).label("request_rank"),
        _acceptance_rank(Match.volunteer_id).label("volunteer_rank"),
    )
    accepted = sa.select(Match.request_id, Match.volunteer_id, Match.accepted_at, *ranks)
    first = accepted.where(Match.accepted_at.is_not(None)).subquery("first")
    ready_at = (
        sa.select(sa.func.min(AuditEntry.at))
        .where(AuditEntry.subject_type == subject_type(Volunteer), AuditEntry.subject_id == first.c.volunteer_id)
        .where(AuditEntry.action == BECAME_READY)
        .scalar_subquery()
    )
    return (
        sa.select(
            r.id,
            specialty_group().label("group"),
            request_band(r.weekly_minutes).label("band"),
            first.c.request_rank,
            first.c.volunteer_rank,
            days_between(r.opened_at, first.c.accepted_at).label("request_days"),
            days_between(ready_at, first.c.accepted_at).label("volunteer_days"),
        )
        .select_from(first)
        .join(r, r.id == first.c.request_id)
        .join(Institution, Institution.id == r.institution_id)
        .outerjoin(Specialty, Specialty.code == r.specialty_code)
        .where(first.c.accepted_at > now - LOOKBACK)
        .where(sa.or_(first.c.request_rank == 1, first.c.volunteer_rank == 1))
        .where(in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR), *request_clauses(filters))
        .cte("answers")
    )


def _median(rows: sa.Select[Any], what: str, *keys: str) -> sa.Select[Any]:
    """Select the lower median of `days` for each group of `keys`."""
    values = rows.subquery()
    columns = [values.c[key] for key in keys]
    ranked = sa.select(
        *columns,
        values.c.days,
        sa.func.row_number().over(partition_by=columns or None, order_by=values.c.days).label("rank"),
        sa.func.count().over(partition_by=columns or None).label("total"),
    ).subquery()
    group = [ranked.c[key] for key in keys] or [sa.literal("")] * 3
    return sa.select(sa.literal(what), *group, ranked.c.days).where(ranked.c.rank == (ranked.c.total + 1) // 2)


def load_median_waits(
    viewer: Viewer, filters: BoardFilters, *, now: dt.datetime
) -> tuple[dict[BoardKey, MedianWait], MedianWait]:
    """Return median days by key, and over everything; one query."""
    answers, language = _answers(viewer, filters, now), RequestLanguage.language
    parts = []
    for what in ("request", "volunteer"):
        days = answers.c[f"{what}_days"]
        is_first = (answers.c[f"{what}_rank"] == 1, days.is_not(None))
        # A volunteer may apply while a check is being renewed: that is a wait of zero, not a negative one.
        days_waited = sa.case((days < 0, 0.0), else_=days).label("days")
        by_language = sa.select(answers.c.group, language.label("language"), answers.c.band, days_waited)
        by_language = by_language.where(*is_first)
        by_language = by_language.join(RequestLanguage, RequestLanguage.request_id == answers.c.id)
        if filters.language:
            by_language = by_language.where(language == filters.language)
        parts += [
            _median(by_language, f"{BY} {what}", "group", "language", "band"),
            _median(sa.select(days_waited).where(*is_first), f"{TOTAL} {what}"),
        ]
    rows = db.session.execute(sa.union_all(*parts)).all()
    medians = {(row[0], (row[1], row[2], row[3])): round(row[4]) for row in rows}
    keys = {key for what, key in medians if what.startswith(BY)}
    by_key = {BoardKey(key[0], key[1], Band(key[2])): _pair(medians, BY, key) for key in keys}
    return by_key, _pair(medians, TOTAL, ("", "", ""))


def _pair(medians: Mapping[tuple[str, Any], int], what: str, key: tuple[str, str, str]) -> MedianWait:
    return MedianWait(medians.get((f"{what} request", key)), medians.get((f"{what} volunteer", key)))
