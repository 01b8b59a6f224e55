"""SQL conditions derived from the data map: which rows of any table are about or by an account."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.rules import DataClass, MappedTable

DOWNLOADED_CLASSES = frozenset(DataClass) - {DataClass.HIDDEN}


def get_table(name: str) -> sa.Table:
    """Return the table of that name. Raises KeyError."""
    return db.metadata.tables[name]


def path_condition(table: sa.Table, path: str, account_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that `path` leads from a row to the account; each dot follows a foreign key."""
    name, _, rest = path.partition(".")
    column = table.c[name]
    if not rest:
        return column == (str(account_id) if isinstance(column.type, sa.String) else account_id)
    target = next(iter(column.foreign_keys)).column
    return column.in_(sa.select(target).where(path_condition(target.table, rest, account_id)))


def subject_condition(name: str, account_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a row is about the account; false for a table without a data subject."""
    table, paths = get_table(name), DATA_MAP[name].subject_paths
    return sa.or_(sa.false(), *(path_condition(table, path, account_id) for path in paths))


def subject_tables() -> Iterator[tuple[str, MappedTable]]:
    """Yield (name, entry) of the tables with data subjects, referencing tables before referenced ones."""
    for table in reversed(db.metadata.sorted_tables):
        entry = DATA_MAP[table.name]
        if entry.subject_paths:
            yield table.name, entry


def columns_of_classes(classes: Set[DataClass]) -> Iterator[tuple[sa.Table, str]]:
    """Yield (table, column) of every column of these classes.

    The notes of the audit log are left out: they are never changed, as their hashes are part of its chain.
    """
    for name, entry in DATA_MAP.items():
        if name != "audit_note":
            yield from ((get_table(name), column) for column in entry.column_names(*classes))


def downloadable_columns(entry: MappedTable, path: str, *, is_about: bool) -> list[str]:
    """Return the columns that a person's download holds of rows to which `path` leads from their account.

    Of rows about the person that is all but secrets; of rows on which they only acted, the columns that are not
    about others, and the texts that they wrote.
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
    """Yield (table name, statement) for everything that a person's download holds."""
    for name, entry in DATA_MAP.items():
        table = get_table(name)
        is_about = subject_condition(name, account_id)
        if entry.subject_paths:
            yield name, _select(table, downloadable_columns(entry, "", is_about=True), is_about)
        for path in entry.actor_paths:
            # Rows about the person come with more columns from the statement above.
            is_actor = sa.and_(path_condition(table, path, account_id), sa.not_(sa.func.coalesce(is_about, sa.false())))
            yield name, _select(table, downloadable_columns(entry, path, is_about=False), is_actor)


def _select(table: sa.Table, columns: list[str], condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in columns)).where(condition).order_by(*table.primary_key.columns)
