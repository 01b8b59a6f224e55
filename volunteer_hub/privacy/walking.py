"""Conditions that the data map gives: whose rows are whose, on any table, by following foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.rules import Table, Treat

GIVEN = frozenset(Treat) - {Treat.HIDDEN}


def schema_of(name: str) -> sa.Table:
    """The table of that name."""
    return db.metadata.tables[name]


def leads_to(table: sa.Table, path: str, account_id: int) -> sa.ColumnElement[bool]:
    """The rows whose `path` ends at that account: `volunteer_id.account_id` follows one foreign key."""
    name, _, rest = path.partition(".")
    column = table.c[name]
    if not rest:
        return column == (str(account_id) if isinstance(column.type, sa.String) else account_id)
    target = next(iter(column.foreign_keys)).column
    return column.in_(sa.select(target).where(leads_to(target.table, rest, account_id)))


def about(name: str, account_id: int) -> sa.ColumnElement[bool]:
    """The rows of a table that are about that account; none for a table about nobody."""
    table, paths = schema_of(name), DATA_MAP[name].about
    return sa.or_(sa.false(), *(leads_to(table, path, account_id) for path in paths))


def subjects() -> Iterator[tuple[str, Table]]:
    """The tables that are about people, children before their parents."""
    for table in reversed(db.metadata.sorted_tables):
        entry = DATA_MAP[table.name]
        if entry.about:
            yield table.name, entry


def written(treats: Set[Treat]) -> Iterator[tuple[sa.Table, str]]:
    """(table, column) of every column of these classes, but for the trail's notes, which are never changed."""
    for name, entry in DATA_MAP.items():
        if name != "audit_note":
            yield from ((schema_of(name), column) for column in entry.named(*treats))


def given(entry: Table, path: str, *, is_about: bool) -> list[str]:
    """The columns that a person gets of rows that `path` ties to them.

    Of rows about them all but secrets; of rows in which they only acted what says nothing about others,
    and their own words.
    """
    if is_about:
        return entry.named(*GIVEN)
    own = [column.name for column in entry.columns if column.treat is Treat.WORDS and column.by == path]
    return entry.named(Treat.PLAIN) + own


def shares(account_id: int) -> Iterator[tuple[str, sa.Select[Any]]]:
    """(table, what to read of it) for everything that a person's download holds."""
    for name, entry in DATA_MAP.items():
        table = schema_of(name)
        mine = about(name, account_id)
        if entry.about:
            yield name, _read(table, given(entry, "", is_about=True), mine)
        for path in entry.by:
            # What is about them was given above, with more of it.
            acted = sa.and_(leads_to(table, path, account_id), sa.not_(sa.func.coalesce(mine, sa.false())))
            yield name, _read(table, given(entry, path, is_about=False), acted)


def _read(table: sa.Table, columns: list[str], condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in columns)).where(condition).order_by(*table.primary_key.columns)
