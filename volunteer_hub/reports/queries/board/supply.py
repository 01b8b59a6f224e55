"""Volunteers without a task: ready, with checks in date, capacity for one more placement and hours left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging
from volunteer_hub.core.db import aggregate_rows, db, split_rows
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import WAITING, MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.reports import board
from volunteer_hub.reports.board import ANY_SPECIALTY, BoardKey
from volunteer_hub.reports.queries.board.base import NO_SPECIALTY, TOTAL, BoardFilters, highest_band, specialty_group
from volunteer_hub.reports.states import Band
from volunteer_hub.vocabulary.models import Specialty
from volunteer_hub.vocabulary.states import LANGUAGE_RANK, LanguageLevel
from volunteer_hub.volunteers.models import Volunteer, VolunteerLanguage, VolunteerSpecialty
from volunteer_hub.volunteers.states import VolunteerState

FLUENT_LEVELS = [level for level, rank in LANGUAGE_RANK.items() if rank >= LANGUAGE_RANK[LanguageLevel.B2]]


@dataclass(frozen=True)
class IdleVolunteer:
    """One volunteer of the list. `languages` are those in which they can work."""

    id: int
    name: str
    created_at: dt.datetime
    free_minutes: int
    languages: Sequence[str]
    groups: Sequence[str]


def _commitments() -> sa.Subquery:
    """Select the number of running and waiting matches of each volunteer, with their minutes a week."""
    busy = sa.or_(Match.state.in_(WAITING), sa.and_(Match.state == MatchState.APPROVED, Match.ended_at.is_(None)))
    minutes = sa.func.coalesce(sa.func.sum(PartnerRequest.weekly_minutes), 0).label("minutes")
    statement = sa.select(Match.volunteer_id, sa.func.count().label("number"), minutes)
    statement = statement.join(PartnerRequest, PartnerRequest.id == Match.request_id).where(busy)
    return statement.group_by(Match.volunteer_id).subquery("commitments")


def _groups() -> sa.Subquery:
    """Select (volunteer, group of specialties), each pair once."""
    statement = sa.select(VolunteerSpecialty.volunteer_id, specialty_group().label("group"))
    statement = statement.join(Specialty, Specialty.code == VolunteerSpecialty.specialty_code)
    return statement.distinct().subquery("groups")


def _idle(filters: BoardFilters, today: dt.date, *columns: Any) -> sa.Select[Any]:
    v, commitments, groups = Volunteer, _commitments(), _groups()
    free = v.weekly_minutes - sa.func.coalesce(commitments.c.minutes, 0)
    fluent = sa.select(VolunteerLanguage.volunteer_id).where(VolunteerLanguage.level.in_(FLUENT_LEVELS))
    statement = (
        sa.select(v.id, highest_band(free).label("band"), free.label("free"), *columns)
        .select_from(v)
        .outerjoin(commitments, commitments.c.volunteer_id == v.id)
        .where(v.state == VolunteerState.READY, sa.or_(v.ready_until_on.is_(None), v.ready_until_on >= today))
        .where(sa.or_(v.available_until_on.is_(None), v.available_until_on >= today))
        .where(v.capacity > sa.func.coalesce(commitments.c.number, 0))
        .where(free >= board.minutes_for(filters.band or Band.UP_TO_1))
    )
    if filters.language:
        fluent = fluent.where(VolunteerLanguage.language == filters.language)
    statement = statement.where(v.id.in_(fluent))
    if filters.group and filters.group != NO_SPECIALTY:
        statement = statement.where(v.id.in_(sa.select(groups.c.volunteer_id).where(groups.c.group == filters.group)))
    return statement


def load_supply(filters: BoardFilters, *, today: dt.date) -> tuple[dict[BoardKey, int], int]:
    """Return idle volunteers by the highest band that they can fill, and the total with each one once; one query."""
    idle, groups, language = _idle(filters, today).cte("idle"), _groups(), VolunteerLanguage.language
    fluent = [VolunteerLanguage.volunteer_id == idle.c.id, VolunteerLanguage.level.in_(FLUENT_LEVELS)]
    fluent += [language == filters.language] if filters.language else []
    number = sa.func.count().label("number")
    by = (
        sa.select(groups.c.group, language, idle.c.band, number)
        .select_from(idle)
        .join(groups, groups.c.volunteer_id == idle.c.id)
        .join(VolunteerLanguage, sa.and_(*fluent))
        .where(*([groups.c.group == filters.group] if filters.group else []))
        .group_by(groups.c.group, language, idle.c.band)
    )
    any_specialty = (
        sa.select(sa.literal(ANY_SPECIALTY), language, idle.c.band, number)
        .select_from(idle)
        .join(VolunteerLanguage, sa.and_(*fluent))
        .group_by(language, idle.c.band)
    )
    total = sa.select(sa.literal(ANY_SPECIALTY), sa.literal(""), sa.literal(TOTAL), number).select_from(idle)
    rows = db.session.execute(sa.union_all(by, any_specialty, total)).all()
    by_key = {BoardKey(row[0], row[1], Band(row[2])): row[3] for row in rows if row[2] != TOTAL}
    return by_key, next(row[3] for row in rows if row[2] == TOTAL)


def list_idle_volunteers(filters: BoardFilters, *, key: str | None, today: dt.date) -> paging.Page[IdleVolunteer]:
    """Return one page of the idle volunteers, the longest registered first; one query per page."""
    v, language, specialty = Volunteer, VolunteerLanguage, VolunteerSpecialty
    children = (
        aggregate_rows(
            language.language, where=sa.and_(language.volunteer_id == v.id, language.level.in_(FLUENT_LEVELS))
        ).label("speaks"),
        aggregate_rows(
            specialty_group(), where=sa.and_(specialty.volunteer_id == v.id, specialty.specialty_code == Specialty.code)
        ).label("groups"),
    )
    statement = _idle(filters, today, v.created_at, Account.name, *children)
    statement = statement.join(Account, Account.id == v.account_id)
    statement = paging.after(statement, (v.created_at, v.id), key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut([_row(row) for row in rows], [(row.created_at, row.id) for row in rows])


def _row(row: Any) -> IdleVolunteer:
    languages = [code for (code,) in split_rows(row.speaks)]
    groups = sorted({code for (code,) in split_rows(row.groups)})
    return IdleVolunteer(row.id, row.name, row.created_at, row.free, languages, groups)
