"""Whole tables for the engine, each as two texts that the database aggregates and numpy splits.

A driver creates an object per value; for a million values that takes longer than all other loading. Two texts per
table cost two objects. One statement reads all tables of volunteers, so it is built and sent once.
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
ROWS_PER_FETCH = 5_000
LOADED_STATES = (VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED)
"""States with a complete profile: ready volunteers are matched, the others may be a near miss."""
WEEK_DAY, DAY_MINUTE = 1 << 22, 1 << 11
"""Factors that encode a window as one number: `weekday * WEEK_DAY + start * DAY_MINUTE + end`."""


class TextTable(NamedTuple):
    """A table as two texts: the numbers and the values of the same rows, separated by commas; None for an empty
    table.

    The numbers are volunteer ids; in table `own` each row has the numbers of VOLUNTEER_FIELDS instead.
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
"""The numbers in each row of table `own`; days as 20261231, 0 for none."""


def load_volunteer_tables(only: Sequence[int] | None = None) -> Iterator[TextTable]:
    """Yield all volunteers with a complete profile, or those with the ids `only`, one table at a time, in no order.

    Values: `own` time zone, `skills` code|level, `languages` language|level, `specialties` code, `goals` kind,
    `windows` number, `bars` hospital|kind, `overrides` request|factor|share, `matches` as in `_matches`.
    """
    statement = _volunteer_tables(db.engine.dialect, only is not None)
    for [row] in _fetch(statement, {} if only is None else {"volunteer_ids": only}, rows_per_fetch=1):
        yield TextTable._make(row)


def load_open_requests(programme_id: int | None) -> Iterator[Rows]:
    """Yield rows for `facts.bulk_request_facts` of open requests, of one programme or of all, ordered by id."""
    parameters = {} if programme_id is None else {"programme": programme_id}
    return _fetch(_open_requests(db.engine.dialect, programme_id is not None), parameters)


def _fetch(
    statement: sa.TextClause, parameters: dict[str, Any], rows_per_fetch: int = ROWS_PER_FETCH
) -> Iterator[Rows]:
    """Yield chunks of rows as the driver returns them: numbers and texts need no conversion."""
    db.session.flush()
    result = db.session.connection().execute(statement, parameters)
    cursor: Any = result.cursor
    while rows := cursor.fetchmany(rows_per_fetch):
        yield rows
    result.close()


@lru_cache
def _volunteer_tables(dialect: Dialect, is_subset: bool) -> sa.TextClause:
    selects = [
        _aggregate(
            name, statement.where(owner_id.op("IN")(sa.literal_column(":volunteer_ids"))) if is_subset else statement
        )
        for name, owner_id, statement in _tables()
    ]
    statement_text = compile_to_text(sa.union_all(*selects), dialect)
    return (
        statement_text.bindparams(sa.bindparam("volunteer_ids", type_=sa.Integer, expanding=True, literal_execute=True))
        if is_subset
        else statement_text
    )


def _aggregate(name: str, statement: sa.Select[Any]) -> sa.Select[Any]:
    """Select one row with each column aggregated to a text; aggregates side by side see the rows in the same order."""
    columns = (sa.cast(column, sa.Text) for column in statement.subquery(name).c)
    comma: Any = sa.literal_column("','")
    return sa.select(sa.literal(name), *(sa.func.aggregate_strings(column, comma) for column in columns))


def _join_columns(separator: str, *columns: Any) -> Any:
    """Return the columns of a row as one text."""
    separator_literal: Any = sa.literal_column(f"'{separator}'")
    texts: Iterator[Any] = (sa.cast(column, sa.Text) for column in columns)
    return reduce(lambda joined, text: joined + separator_literal + text, texts)


def _tables() -> list[tuple[str, Any, sa.Select[Any]]]:
    """Return (name, column of the owner, select of (number, value)) of every table."""
    skill, language, specialty = VolunteerSkill, VolunteerLanguage, VolunteerSpecialty
    goal, window, restriction, override = VolunteerGoal, AvailabilityWindow, MatchRestriction, FactorOverride
    encoded_window = window.weekday * WEEK_DAY + window.start_minute * DAY_MINUTE + window.end_minute
    restriction_in_force, override_in_force = restriction.revoked_at.is_(None), override.revoked_at.is_(None)
    return [
        ("own", V.id, _own()),
        _table("skills", skill.volunteer_id, _join_columns("|", skill.skill_code, skill.level)),
        _table("languages", language.volunteer_id, _join_columns("|", language.language, language.level)),
        _table("specialties", specialty.volunteer_id, specialty.specialty_code),
        _table("goals", goal.volunteer_id, goal.kind),
        _table("windows", window.volunteer_id, encoded_window),
        _table(
            "bars",
            restriction.volunteer_id,
            _join_columns("|", restriction.institution_id, restriction.kind),
            restriction_in_force,
        ),
        _table(
            "overrides",
            override.volunteer_id,
            _join_columns("|", override.request_id, override.factor, override.share),
            override_in_force,
        ),
        ("matches", Match.volunteer_id, _matches()),
    ]


def _table(name: str, owner_id: Any, value: Any, *where: Any) -> tuple[str, Any, sa.Select[Any]]:
    return name, owner_id, sa.select(owner_id, value).where(*where)


def _own() -> sa.Select[Any]:
    """Select the numbers of VOLUNTEER_FIELDS and the time zone."""
    ready = sa.case((V.state == VolunteerState.READY, 1), else_=0)
    regulated = sa.case((sa.and_(Profession.regulator != "", Profession.regulator != UNREGULATED), 1), else_=0)
    numbers = _join_columns(
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
    """Return a date column as the number 20261231, 0 for none."""
    return sa.func.coalesce(sa.func.replace(sa.cast(column, sa.Text), "-", ""), "0")


def _matches() -> sa.Select[Any]:
    """Select the volunteer, and `id|request|state|reason|ended|minutes|specialty|day decided or due`.

    `ended`: 0 not ended, 1 completed, 2 ended early.
    """
    decided_at = sa.func.coalesce(Match.decided_at, Match.respond_by_at)
    value = _join_columns(
        "|", Match.id, Match.request_id, Match.state, sa.func.coalesce(sa.cast(Match.reason, sa.Text), ""),
        sa.case((Match.ended_at.is_(None), "0"), (Match.ended_early, "2"), else_="1"),
        sa.func.coalesce(R.weekly_minutes, 0), sa.func.coalesce(R.specialty_code, ""),
        sa.func.substr(sa.cast(decided_at, sa.Text), 1, 10),
    )  # fmt: skip
    return sa.select(Match.volunteer_id, value).join(R, R.id == Match.request_id)


@lru_cache
def _open_requests(dialect: Dialect, for_one_programme: bool) -> sa.TextClause:
    statement = (
        sa.select(*facts.request_columns())
        .join(Institution, Institution.id == R.institution_id)
        .where(R.state == RequestState.OPEN)
        .order_by(R.id)
    )
    if for_one_programme:
        statement = statement.where(R.programme_id == sa.literal_column(":programme"))
    return compile_to_text(statement, dialect)
