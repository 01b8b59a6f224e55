"""The state of the database: its revision, and whether it accepts writes. Read-only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from volunteer_hub.core.db import LOCK_WAIT, READ_ONLY, db

LOCKED_STATES = frozenset({"55P03", "57014"})
"""SQLSTATEs of PostgreSQL: lock not available, statement cancelled by its timeout."""
HEAD_EXTENSION = "database_head"
LOCK_WAIT_SECONDS = 0.5


def head_revision() -> str:
    """Return the newest revision in the migration files; read once per application."""
    head: str | None = current_app.extensions.get(HEAD_EXTENSION)
    if head is None:
        script = ScriptDirectory(str(current_app.extensions["migrate"].directory))
        head = current_app.extensions[HEAD_EXTENSION] = script.get_current_head() or ""
    return head


def revision() -> str:
    """Return the revision of the database, empty if it has no tables.

    Raises SQLAlchemyError when the database cannot be reached.
    """
    with _connection() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version")) or ""


def can_write() -> bool:
    """Return whether the database accepts a write, tried in a transaction that is rolled back.

    A lock held by another session counts as accepting. Raises SQLAlchemyError when the database cannot be reached.
    """
    with _connection() as connection:
        _wait_shortly(connection)
        try:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
        except sa.exc.DBAPIError as error:
            return is_busy(error)
        return True


def is_busy(error: sa.exc.DBAPIError) -> bool:
    """Return whether a statement failed only because another session held a lock."""
    code = getattr(error.orig, "sqlite_errorname", "") or ""
    return code.startswith("SQLITE_BUSY") or getattr(error.orig, "sqlstate", "") in LOCKED_STATES


def synchronous() -> int | None:
    """Return SQLite's `synchronous` setting (2 is FULL); None on PostgreSQL."""
    if db.engine.dialect.name != "sqlite":
        return None
    with _connection() as connection:
        return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())


@contextlib.contextmanager
def _connection() -> Iterator[sa.Connection]:
    """Open a connection whose transaction does not wait for writers and is rolled back at its end."""
    options: dict[str, Any] = {READ_ONLY: True, LOCK_WAIT: LOCK_WAIT_SECONDS}
    with db.engine.connect().execution_options(**options) as connection:
        try:
            yield connection
        finally:
            if not connection.invalidated:
                connection.rollback()


def _wait_shortly(connection: sa.Connection) -> None:
    # On SQLite the connection option LOCK_WAIT limits the wait.
    if connection.dialect.name == "postgresql":
        milliseconds = round(LOCK_WAIT_SECONDS * 1000)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {4 * milliseconds}")
