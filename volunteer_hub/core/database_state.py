"""What the database says of itself: its revision, and whether it can be written to. Nothing is changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import current_app

from volunteer_hub.core.db import LOCK_WAIT, READ_ONLY, db

BUSY = frozenset({"55P03", "57014"})
"""PostgreSQL: another session holds the lock, or our time for it was over."""
HEAD = "database_head"
WAIT_SECONDS = 0.5


def head_revision() -> str:
    """The newest revision that the code knows; read from the files once."""
    known: str | None = current_app.extensions.get(HEAD)
    if known is None:
        script = ScriptDirectory(str(current_app.extensions["migrate"].directory))
        known = current_app.extensions[HEAD] = script.get_current_head() or ""
    return known


def revision() -> str:
    """The revision of the database; empty where it has no tables. Raises SQLAlchemyError when it is away."""
    with _connection() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version")) or ""


def can_write() -> bool:
    """Whether a write would be taken, tried in a transaction that is rolled back.

    A database that is busy with another's write takes writes. Raises SQLAlchemyError when it is away.
    """
    with _connection() as connection:
        _wait_shortly(connection)
        try:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
        except sa.exc.DBAPIError as error:
            return is_busy(error)
        return True


def is_busy(error: sa.exc.DBAPIError) -> bool:
    """Whether a statement failed only because another session was writing."""
    code = getattr(error.orig, "sqlite_errorname", "") or ""
    return code.startswith("SQLITE_BUSY") or getattr(error.orig, "sqlstate", "") in BUSY


def synchronous() -> int | None:
    """SQLite's `synchronous` (2 is FULL); None for PostgreSQL."""
    if db.engine.dialect.name != "sqlite":
        return None
    with _connection() as connection:
        return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())


@contextlib.contextmanager
def _connection() -> Iterator[sa.Connection]:
    """A connection whose transaction waits for no writer when it begins, and is rolled back at its end."""
    options: dict[str, Any] = {READ_ONLY: True, LOCK_WAIT: WAIT_SECONDS}
    with db.engine.connect().execution_options(**options) as connection:
        try:
            yield connection
        finally:
            if not connection.invalidated:
                connection.rollback()


def _wait_shortly(connection: sa.Connection) -> None:
    """On SQLite the option LOCK_WAIT does it."""
    if connection.dialect.name == "postgresql":
        milliseconds = round(WAIT_SECONDS * 1000)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {4 * milliseconds}")
