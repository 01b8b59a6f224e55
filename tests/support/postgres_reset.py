"""A PostgreSQL database put back to its first state: only what a test wrote is taken out again.

Making the database anew for each test costs little by itself, but with it every connection begins
without what a server remembers of its tables. Here connections live on from test to test.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from psycopg import sql

APPLICATION_NAME = "volunteer_hub tests"
"""The application name of the tests' own connections."""
MAX_DELETED_ROWS = 2000
"""Rows that may be taken out before it is better to begin anew: PostgreSQL keeps their room."""
SCHEMA = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_trigger": "oid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_proc": "oid",
    "pg_rewrite": "oid",
}
"""Where PostgreSQL keeps what a table is, and the number of each thing in there."""
MARK = "SELECT {}, count(*), max(xmin::text::bigint) FROM {}"
FIRST_OWN = 16384
"""From this number on objects are not PostgreSQL's own."""
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND (application_name <> %s OR state <> 'idle')"""
COUNTERS = """SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value, start_value
FROM pg_sequences ORDER BY 1"""


class TableMark(NamedTuple):
    """What tells a table's state: a row that is written gets a higher number, one that goes is missed."""

    rows: int
    newest: int


class DatabaseSnapshot:
    """One database's first state, and the way back to it. Needs a superuser, or raises InsufficientPrivilege."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        try:
            self.connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        except psycopg.errors.InsufficientPrivilege:
            self.connection.close()
            raise
        found = self.connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        self.tables = [str(row[0]) for row in found]
        self.ask = self._question()
        self.marks = self._marks()
        self.counters = self._counters()
        self.rows = {table: self._copy(table) for table in self.tables if self.marks[table].rows}

    def restore(self) -> bool:
        """Undo what was committed. False where the schema was changed or too much was written: begin anew."""
        self.connection.execute(OTHERS, [APPLICATION_NAME])
        now = self._marks()
        changed = [table for table in now if now[table] != self.marks[table]]
        if set(changed) - set(self.tables) or sum(now[table].rows for table in changed) > MAX_DELETED_ROWS:
            return False
        begun = [*self._emptied(changed), *self._counted_anew()]
        if begun:
            self.connection.execute(sql.SQL("; ").join(begun))
        filled = [table for table in changed if table in self.rows]
        for table in filled:
            self._fill(table)
        if filled:
            self.marks = self._marks()
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def _question(self) -> sql.Composed:
        """One query for the marks of all tables and of the schema."""
        asked = [sql.SQL(MARK).format(one, sql.Identifier(one)) for one in self.tables]
        asked += [
            sql.SQL(MARK + " WHERE {} >= {}").format(one, sql.Identifier(one), sql.Identifier(number), FIRST_OWN)
            for one, number in SCHEMA.items()
        ]
        return sql.SQL(" UNION ALL ").join(asked)

    def _marks(self) -> dict[str, TableMark]:
        return {table: TableMark(rows, newest or 0) for table, rows, newest in self.connection.execute(self.ask)}

    def _counters(self) -> dict[str, tuple[Any, Any]]:
        return {name: (last, first) for name, last, first in self.connection.execute(COUNTERS)}

    def _copy(self, table: str) -> bytes:
        out = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
        with self.connection.cursor().copy(out) as copy:
            return b"".join(bytes(part) for part in copy)

    def _emptied(self, tables: list[str]) -> list[sql.Composed]:
        return [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]

    def _counted_anew(self) -> list[sql.Composed]:
        """New rows get the numbers that they would get in a new database."""
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
