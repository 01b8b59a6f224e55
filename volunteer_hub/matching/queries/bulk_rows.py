"""Whole tables for the engine, each as two texts: the database puts the columns together, numpy takes them apart.

A driver makes an object of every value; of a million values that takes longer than all else about loading. Two texts
a table cost it two objects. One statement reads all there is of volunteers, so it is put together and sent once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import compile_to_text, db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import FactorOverride, Match, MatchRestriction
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
from volunteer_hub.volunteers.rules import UNREGULATED
from volunteer_hub.volunteers.states import VolunteerState

V, R = Volunteer, PartnerRequest
Rows = Sequence[tuple[Any, ...]]
CHUNK = 5_000
LOADED_STATES = (VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED)
"""Those with a whole profile: ready ones are matched, the others may be a near miss."""
WEEK_DAY, DAY_MINUTE = 1 << 22, 1 << 11
"""A window as one number: `weekday * WEEK_DAY + start * DAY_MINUTE + end`."""


class TextTable(NamedTuple):
    """A table: numbers and words of the same rows, with commas between. None for both: it is empty.

    The numbers are the volunteers; of `own` OWN a row.
    """

    name: str
    numbers: str | None
    values: str | None


VOLUNTEER_FIELDS = (
    "id",
    "account",
    "ready",
    "until",
    "minutes",
    "capacity",
    "from_day",
    "until_day",
    "employer",
    "regulated",
)
"""The numbers in the volunteers' own rows; days as 20261231, 0 for none."""


def load_volunteer_tables(only: Sequence[int] | None = None) -> Iterator[TextTable]:
    """All volunteers with a whole profile, or `only` those, a table at a time, in any order of tables and of rows.

    Words: `own` time zone, `skills` code|level, `languages` language|level, `specialties` code, `goals` kind,
    `windows` number, `bars` hospital|kind, `overrides` request|factor|share, `matches` as `_matches` has them.
    """
    statement = _people(db.engine.dialect, only is not None)
    for [row] in _sent(statement, {} if only is None else {"some": only}, at_once=1):
        yield TextTable._make(row)


def load_open_requests(programme_id: int | None) -> Iterator[Rows]:
    """Values for `facts.many_request_facts` of open requests, of one programme or of all, in order."""
    named = {} if programme_id is None else {"programme": programme_id}
    return _sent(_open_requests(db.engine.dialect, programme_id is not None), named)


def _sent(statement: sa.TextClause, values: dict[str, Any], at_once: int = CHUNK) -> Iterator[Rows]:
    """As the driver gives them, in chunks: nothing needs to be done to a number or a text."""
    db.session.flush()
    found = db.session.connection().execute(statement, values)
    cursor: Any = found.cursor
    while rows := cursor.fetchmany(at_once):
        yield rows
    found.close()


@lru_cache
def _people(dialect: Dialect, some: bool) -> sa.TextClause:
    arms = [
        _texts(name, statement.where(whose.op("IN")(sa.literal_column(":some"))) if some else statement)
        for name, whose, statement in _tables()
    ]
    made = compile_to_text(sa.union_all(*arms), dialect)
    return (
        made.bindparams(sa.bindparam("some", type_=sa.Integer, expanding=True, literal_execute=True)) if some else made
    )


def _texts(name: str, statement: sa.Select[Any]) -> sa.Select[Any]:
    """One row: both columns, each as one text. An aggregate that stands beside another is fed the same rows with it."""
    columns = (sa.cast(column, sa.Text) for column in statement.subquery(name).c)
    comma: Any = sa.literal_column("','")
    return sa.select(sa.literal(name), *(sa.func.aggregate_strings(column, comma) for column in columns))


def _joined(separator: str, *columns: Any) -> Any:
    """The columns of a row as one text."""
    between: Any = sa.literal_column(f"'{separator}'")
    texts: Iterator[Any] = (sa.cast(column, sa.Text) for column in columns)
    return reduce(lambda so_far, text: so_far + between + text, texts)


def _tables() -> list[tuple[str, Any, sa.Select[Any]]]:
    """Name, whose rows, and the rows: (number, word)."""
    skill, language, specialty = VolunteerSkill, VolunteerLanguage, VolunteerSpecialty
    goal, window, bar, one = VolunteerGoal, AvailabilityWindow, MatchRestriction, FactorOverride
    spans = window.weekday * WEEK_DAY + window.start_minute * DAY_MINUTE + window.end_minute
    in_force, by_hand = bar.revoked_at.is_(None), one.revoked_at.is_(None)
    return [
        ("own", V.id, _own()),
        _table("skills", skill.volunteer_id, _joined("|", skill.skill_code, skill.level)),
        _table("languages", language.volunteer_id, _joined("|", language.language, language.level)),
        _table("specialties", specialty.volunteer_id, specialty.specialty_code),
        _table("goals", goal.volunteer_id, goal.kind),
        _table("windows", window.volunteer_id, spans),
        _table("bars", bar.volunteer_id, _joined("|", bar.institution_id, bar.kind), in_force),
        _table("overrides", one.volunteer_id, _joined("|", one.request_id, one.factor, one.share), by_hand),
        ("matches", Match.volunteer_id, _matches()),
    ]


def _table(name: str, whose: Any, word: Any, *where: Any) -> tuple[str, Any, sa.Select[Any]]:
    return name, whose, sa.select(whose, word).where(*where)


def _own() -> sa.Select[Any]:
    """OWN and the time zone."""
    ready = sa.case((V.state == VolunteerState.READY, 1), else_=0)
    regulated = sa.case((sa.and_(Profession.regulator != "", Profession.regulator != UNREGULATED), 1), else_=0)
    numbers = _joined(
        ",", V.id, V.account_id, ready, _day(V.ready_until_on), V.weekly_minutes, V.capacity,
        _day(V.available_from_on), _day(V.available_until_on), sa.func.coalesce(V.employer_id, 0), regulated,
    )  # fmt: skip
    return (
        sa.select(numbers, Account.time_zone)
        .join(Account, Account.id == V.account_id)
        .outerjoin(Profession, Profession.code == V.profession_code)
        .where(V.state.in_(LOADED_STATES), V.weekly_minutes.is_not(None))
    )


def _day(column: Any) -> Any:
    """20261231, or 0."""
    return sa.func.coalesce(sa.func.replace(sa.cast(column, sa.Text), "-", ""), "0")


def _matches() -> sa.Select[Any]:
    """Volunteer, and `id|request|state|reason|ended (0 no, 1 seen through, 2 early)|minutes|specialty|decided or due`."""
    decided_at = sa.func.coalesce(Match.decided_at, Match.respond_by_at)
    word = _joined(
        "|", Match.id, Match.request_id, Match.state, sa.func.coalesce(sa.cast(Match.reason, sa.Text), ""),
        sa.case((Match.ended_at.is_(None), "0"), (Match.ended_early, "2"), else_="1"),
        sa.func.coalesce(R.weekly_minutes, 0), sa.func.coalesce(R.specialty_code, ""),
        sa.func.substr(sa.cast(decided_at, sa.Text), 1, 10),
    )  # fmt: skip
    return sa.select(Match.volunteer_id, word).join(R, R.id == Match.request_id)


@lru_cache
def _open_requests(dialect: Dialect, of_one: bool) -> sa.TextClause:
    statement = (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == R.institution_id)
        .where(R.state == RequestState.OPEN)
        .order_by(R.id)
    )
    if of_one:
        statement = statement.where(R.programme_id == sa.literal_column(":programme"))
    return compile_to_text(statement, dialect)
