"""Whole tables as plain tuples, for the engine: no objects, no enums, one select a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import FactorOverride, Match, MatchBar
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.models import Profession
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.states import VolunteerState

V, R = Volunteer, PartnerRequest
Rows = Sequence[tuple[Any, ...]]
CHUNK = 20_000
KNOWN = (VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED)
"""Those with a whole profile: ready ones are matched, the others may be a near miss."""


def _plain(column: Any) -> Any:
    """A choice as the text that is stored."""
    return sa.type_coerce(column, sa.Text)


def _rows(*columns: Any, whose: Any = None, only: Sequence[int] | None = None, where: Any = None) -> Iterator[Rows]:
    statement = sa.select(*columns)
    if where is not None:
        statement = statement.where(where)
    if only is not None:
        statement = statement.where(whose.in_(only))
    return _raw(statement)


def _raw(statement: sa.Select[Any]) -> Iterator[Rows]:
    """As the driver gives them, in chunks: numbers and texts need nothing done to them, and there are millions."""
    db.session.flush()
    found = db.session.connection().execute(statement)
    cursor: Any = found.cursor
    while rows := cursor.fetchmany(CHUNK):
        yield rows
    found.close()


def _all(chunks: Iterator[Rows]) -> Rows:
    return [row for rows in chunks for row in rows]


def volunteers(only: Sequence[int] | None = None) -> Rows:
    """(id, account, state, ready until, minutes, capacity, from, until, employer, zone, regulator), in order."""
    statement = (
        sa.select(
            V.id, V.account_id, _plain(V.state), V.ready_until_on, V.weekly_minutes, V.capacity, V.available_from_on,
            V.available_until_on, V.employer_id, Account.time_zone, Profession.regulator,
        )
        .join(Account, Account.id == V.account_id)
        .outerjoin(Profession, Profession.code == V.profession_code)
        .where(V.state.in_(KNOWN), V.weekly_minutes.is_not(None))
        .order_by(V.id)
    )  # fmt: skip
    if only is not None:
        statement = statement.where(V.id.in_(only))
    return db.session.execute(statement).tuples().all()


def codes() -> tuple[list[str], list[str]]:
    """The skills and languages that volunteers have at all."""
    held = (_raw(sa.select(column).distinct()) for column in (VolunteerSkill.skill_code, VolunteerLanguage.language))
    skill_codes, language_codes = ([code for rows in chunks for (code,) in rows] for chunks in held)
    return skill_codes, language_codes


def skills(only: Sequence[int] | None = None) -> Iterator[Rows]:
    """(volunteer, code, level)."""
    held = VolunteerSkill
    return _rows(held.volunteer_id, held.skill_code, _plain(held.level), whose=held.volunteer_id, only=only)


def languages(only: Sequence[int] | None = None) -> Iterator[Rows]:
    """(volunteer, language, level)."""
    spoken = VolunteerLanguage
    return _rows(spoken.volunteer_id, spoken.language, _plain(spoken.level), whose=spoken.volunteer_id, only=only)


def specialties(only: Sequence[int] | None = None) -> Iterator[Rows]:
    """(volunteer, code)."""
    own = VolunteerSpecialty
    return _rows(own.volunteer_id, own.specialty_code, whose=own.volunteer_id, only=only)


def goals(only: Sequence[int] | None = None) -> Iterator[Rows]:
    """(volunteer, kind of support)."""
    return _rows(VolunteerGoal.volunteer_id, _plain(VolunteerGoal.kind), whose=VolunteerGoal.volunteer_id, only=only)


def windows(only: Sequence[int] | None = None) -> Iterator[Rows]:
    """(volunteer, weekday, start, end)."""
    own = AvailabilityWindow
    return _rows(own.volunteer_id, own.weekday, own.start_minute, own.end_minute, whose=own.volunteer_id, only=only)


def matches(only: Sequence[int] | None = None) -> Rows:
    """(volunteer, request, state, reason, ended, ended early, minutes, specialty, decided or due), the oldest first."""
    decided_at = sa.func.coalesce(Match.decided_at, Match.respond_by_at)
    statement = (
        sa.select(
            Match.volunteer_id, Match.request_id, _plain(Match.state), _plain(Match.reason), Match.ended_at,
            Match.ended_early, R.weekly_minutes, R.specialty_code, sa.func.substr(sa.cast(decided_at, sa.Text), 1, 10),
        )
        .join(R, R.id == Match.request_id)
        .order_by(Match.id)
    )  # fmt: skip
    if only is not None:
        statement = statement.where(Match.volunteer_id.in_(only))
    return db.session.execute(statement).tuples().all()


def bars(only: Sequence[int] | None = None) -> Rows:
    """(volunteer, institution, kind) of those in force."""
    bar = MatchBar
    return _all(_rows(
        bar.volunteer_id, bar.institution_id, _plain(bar.kind), whose=bar.volunteer_id, only=only,
        where=bar.lifted_at.is_(None),
    ))  # fmt: skip


def overrides(only: Sequence[int] | None = None) -> Rows:
    """(volunteer, request, factor, share) of those in force."""
    one = FactorOverride
    return _all(_rows(
        one.volunteer_id, one.request_id, _plain(one.factor), one.share, whose=one.volunteer_id, only=only,
        where=one.lifted_at.is_(None),
    ))  # fmt: skip


def open_requests(programme_id: int | None) -> Sequence[sa.Row[Any]]:
    """Rows for `facts.request_facts` of open requests, of one programme or of all, in order."""
    statement = _open_requests()
    if programme_id is not None:
        statement = statement.where(R.programme_id == programme_id)
    return db.session.execute(statement).all()


@lru_cache(maxsize=1)
def _open_requests() -> sa.Select[Any]:
    return (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == R.institution_id)
        .where(R.state == RequestState.OPEN)
        .order_by(R.id)
    )
