"""Conditions that the data map gives: whose rows are whose, on any table, by following foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.rules import DataClass, MappedTable

DOWNLOADED_CLASSES = frozenset(DataClass) - {DataClass.HIDDEN}


def get_table(name: str) -> sa.Table:
    """The table of that name."""
    return db.metadata.tables[name]


def path_condition(table: sa.Table, path: str, account_id: int) -> sa.ColumnElement[bool]:
    """The rows whose `path` ends at that account: `volunteer_id.account_id` follows one foreign key."""
    name, _, rest = path.partition(".")
    column = table.c[name]
    if not rest:
        return column == (str(account_id) if isinstance(column.type, sa.String) else account_id)
    target = next(iter(column.foreign_keys)).column
    return column.in_(sa.select(target).where(path_condition(target.table, rest, account_id)))


def subject_condition(name: str, account_id: int) -> sa.ColumnElement[bool]:
    """The rows of a table that are about that account; none for a table about nobody."""
    table, paths = get_table(name), DATA_MAP[name].subject_paths
    return sa.or_(sa.false(), *(path_condition(table, path, account_id) for path in paths))


def subject_tables() -> Iterator[tuple[str, MappedTable]]:
    """The tables that are about people, children before their parents."""
    for table in reversed(db.metadata.sorted_tables):
        entry = DATA_MAP[table.name]
        if entry.subject_paths:
            yield table.name, entry


def columns_of_classes(treats: Set[DataClass]) -> Iterator[tuple[sa.Table, str]]:
    """(table, column) of every column of these classes, but for the trail's notes, which are never changed."""
    for name, entry in DATA_MAP.items():
        if name != "audit_note":
            yield from ((get_table(name), column) for column in entry.column_names(*treats))


def downloadable_columns(entry: MappedTable, path: str, *, is_about: bool) -> list[str]:
    """The columns that a person gets of rows that `path` ties to them.

    Of rows about them all but secrets; of rows in which they only acted what says nothing about others,
    and their own words.
    """
    if is_about:
        return entry.column_names(*DOWNLOADED_CLASSES)
    own = [
        column.name
        for column in entry.columns
        if column.data_class is DataClass.FREE_TEXT and column.author_path == path
    ]
    return entry.column_names(DataClass.PLAIN) + own


def download_statements(account_id: int) -> Iterator[tuple[str, sa.Select[Any]]]:
    """(table, what to read of it) for everything that a person's download holds."""
    for name, entry in DATA_MAP.items():
        table = get_table(name)
        mine = subject_condition(name, account_id)
        if entry.subject_paths:
            yield name, _read(table, downloadable_columns(entry, "", is_about=True), mine)
        for path in entry.actor_paths:
            # What is about them was given above, with more of it.
            acted = sa.and_(path_condition(table, path, account_id), sa.not_(sa.func.coalesce(mine, sa.false())))
            yield name, _read(table, downloadable_columns(entry, path, is_about=False), acted)


def _read(table: sa.Table, columns: list[str], condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in columns)).where(condition).order_by(*table.primary_key.columns)
