"""Resets a PostgreSQL database to its initial state by undoing only what a test wrote.

Recreating the database for each test is cheap by itself, but every new connection then starts with cold catalogue
caches. Here connections survive from test to test.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from psycopg import sql

APPLICATION_NAME = "volunteer_hub tests"
"""The application name of the tests' own connections."""
MAX_DELETED_ROWS = 2000
"""Above this number of deleted rows the database is recreated, as PostgreSQL does not free their space."""
SCHEMA = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_trigger": "oid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_proc": "oid",
    "pg_rewrite": "oid",
}
"""System catalogues that describe tables, with their object id columns."""
MARK = "SELECT {}, count(*), max(xmin::text::bigint) FROM {}"
FIRST_OWN = 16384
"""Object ids from this number on are not PostgreSQL's own."""
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND (application_name <> %s OR state <> 'idle')"""
COUNTERS = """SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value, start_value
FROM pg_sequences ORDER BY 1"""


class TableMark(NamedTuple):
    """Identifies a table's state: a written row has a higher transaction id, a deleted one is missing in the count."""

    rows: int
    newest: int


class DatabaseSnapshot:
    """The initial state of a database, which `restore` re-establishes. Raises InsufficientPrivilege without superuser."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        try:
            self.connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        except psycopg.errors.InsufficientPrivilege:
            self.connection.close()
            raise
        table_rows = self.connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        self.tables = [str(row[0]) for row in table_rows]
        self.marks_query = self._marks_query()
        self.marks = self._marks()
        self.counters = self._counters()
        self.rows = {table: self._copy(table) for table in self.tables if self.marks[table].rows}

    def restore(self) -> bool:
        """Undo what was committed. Returns False where the schema was changed or too many rows were written."""
        self.connection.execute(OTHERS, [APPLICATION_NAME])
        now = self._marks()
        changed = [table for table in now if now[table] != self.marks[table]]
        if set(changed) - set(self.tables) or sum(now[table].rows for table in changed) > MAX_DELETED_ROWS:
            return False
        statements = [*self._delete_statements(changed), *self._sequence_statements()]
        if statements:
            self.connection.execute(sql.SQL("; ").join(statements))
        filled = [table for table in changed if table in self.rows]
        for table in filled:
            self._fill(table)
        if filled:
            self.marks = self._marks()
        return True

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _marks_query(self) -> sql.Composed:
        """Build one query for the marks of all tables and of the schema."""
        parts = [sql.SQL(MARK).format(table, sql.Identifier(table)) for table in self.tables]
        parts += [
            sql.SQL(MARK + " WHERE {} >= {}").format(table, sql.Identifier(table), sql.Identifier(column), FIRST_OWN)
            for table, column in SCHEMA.items()
        ]
        return sql.SQL(" UNION ALL ").join(parts)

    def _marks(self) -> dict[str, TableMark]:
        return {
            table: TableMark(rows, newest or 0) for table, rows, newest in self.connection.execute(self.marks_query)
        }

    def _counters(self) -> dict[str, tuple[Any, Any]]:
        return {name: (last, first) for name, last, first in self.connection.execute(COUNTERS)}

    def _copy(self, table: str) -> bytes:
        out = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
        with self.connection.cursor().copy(out) as copy:
            return b"".join(bytes(part) for part in copy)

    def _delete_statements(self, tables: list[str]) -> list[sql.Composed]:
        return [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]

    def _sequence_statements(self) -> list[sql.Composed]:
        """Return statements that reset changed sequences, so that new rows get the ids of a new database."""
        now, then = self._counters(), self.counters
        return [
            sql.SQL("SELECT setval({}, {}, {})").format(name, was or first, was is not None)
            for name, (was, first) in then.items()
            if now[name] != (was, first)
        ]

    def _fill(self, table: str) -> None:
        into = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
        with self.connection.cursor().copy(into) as copy:
            copy.write(self.rows[table])
