"""A PostgreSQL database put back to its first state: only what a test wrote is taken out again.

Making the database anew for each test costs little by itself, but with it every connection begins
without what a server remembers of its tables. Here connections live on from test to test.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from psycopg import sql

OURS = "volunteer_hub tests"
"""The application name of the tests' own connections."""
LARGEST = 2000
"""Rows that may be taken out before it is better to begin anew: PostgreSQL keeps their room."""
SCHEMA = ("pg_class", "pg_attribute", "pg_trigger", "pg_constraint", "pg_index", "pg_proc", "pg_rewrite")
FIRST_OWN = 16384
"""From this number on objects are not PostgreSQL's own."""
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND (application_name <> %s OR state <> 'idle')"""
COUNTERS = """SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value, start_value
FROM pg_sequences ORDER BY 1"""


class Mark(NamedTuple):
    """What tells a table's state: a row that is written gets a higher number, one that goes is missed."""

    rows: int
    newest: int


class Clean:
    """One database's first state, and the way back to it."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        found = self.connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        self.tables = [str(row[0]) for row in found]
        self.ask = self._question()
        self.marks = self._marks()
        self.counters = self._counters()
        self.rows = {table: self._copy(table) for table in self.tables if self.marks[table].rows}

    def put_back(self) -> bool:
        """Undo what was committed. False where the schema was changed or too much was written: begin anew."""
        self.connection.execute(OTHERS, [OURS])
        now = self._marks()
        changed = [table for table in now if now[table] != self.marks[table]]
        if set(changed) - set(self.tables) or sum(now[table].rows for table in changed) > LARGEST:
            return False
        for table in changed:
            self._refill(table)
        if any(table in self.rows for table in changed):
            self.marks = self._marks()
        self._count_anew()
        return True

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def _question(self) -> sql.Composed:
        """One query for the marks of all tables and of the schema."""
        number = {"pg_attribute": "attrelid", "pg_index": "indexrelid"}
        asked = [
            sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM public.{}").format(
                sql.Literal(one), sql.Identifier(one)
            )
            for one in self.tables
        ]
        asked += [
            sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM {} WHERE {} >= {}").format(
                sql.Literal(one), sql.Identifier(one), sql.Identifier(number.get(one, "oid")), sql.Literal(FIRST_OWN)
            )
            for one in SCHEMA
        ]
        return sql.SQL(" UNION ALL ").join(asked)

    def _marks(self) -> dict[str, Mark]:
        return {table: Mark(rows, newest or 0) for table, rows, newest in self.connection.execute(self.ask)}

    def _counters(self) -> dict[str, tuple[Any, Any]]:
        return {name: (last, first) for name, last, first in self.connection.execute(COUNTERS)}

    def _copy(self, table: str) -> bytes:
        with self.connection.cursor().copy(
            sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
        ) as copy:
            return b"".join(bytes(part) for part in copy)

    def _refill(self, table: str) -> None:
        self.connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if table in self.rows:
            with self.connection.cursor().copy(
                sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
            ) as copy:
                copy.write(self.rows[table])

    def _count_anew(self) -> None:
        """New rows get the numbers that they would get in a new database."""
        for name, (last, first) in self._counters().items():
            was, _ = self.counters[name]
            if last != was:
                self.connection.execute("SELECT setval(%s, %s, %s)", [name, was or first, was is not None])
