"""The database of a test run: a template created once, and reset to its state before each test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.support import postgres, postgres_reset

MAX_REUSES = 50
"""After that many tests a PostgreSQL database is recreated, as deleted rows leave their space behind."""

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
MIN_FREE_BYTES = 256 * 1024 * 1024


def memory_folder() -> Path | None:
    """Return a folder in memory, which spares tests the disk; None where this machine has none with enough space."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MIN_FREE_BYTES
    return MEMORY if usable else None


class Database:
    """A migrated database with its reference data, reset for each test from a template created once."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder, self.server = folder, server
        self.name = f"vh_{os.getpid()}"
        self.path = folder / "test.sqlite3"
        self.snapshot: postgres_reset.DatabaseSnapshot | None = None
        self.reuses = 0

    @property
    def url(self) -> str:
        """Return SQLAlchemy's address of the test's database."""
        return self.server.url(self.name) if self.server else f"sqlite:///{self.path}"

    @property
    def options(self) -> dict[str, Any]:
        """Return the options of the tests' own engine. PostgreSQL's connections survive from test to test."""
        return (
            {"connect_args": {"application_name": postgres_reset.APPLICATION_NAME}, "max_overflow": -1}
            if self.server
            else {}
        )

    def create(self) -> None:
        """Create an empty database, in which the template is built."""
        if self.server:
            self.server.run(f'CREATE DATABASE "{self.name}"')

    def save_template(self) -> None:
        """Save the state that every test starts from. No connection may be open."""
        if self.server:
            self.server.run(f'ALTER DATABASE "{self.name}" RENAME TO "{self.name}_template"')
        else:
            shutil.copy(self.path, self.folder / "template.sqlite3")

    def release_connections(self, engine: sa.Engine) -> None:
        """Close leaked connections after a test, and all connections to a SQLite file."""
        if not self.server or self._pool(engine).checkedout():
            engine.dispose()

    def reset(self, engine: sa.Engine) -> None:
        """Restore the template's state. The engine may be connected, but no transaction may be open."""
        if not self.server:
            for leftover in self.folder.glob("test.sqlite3*"):
                leftover.unlink()
            shutil.copy(self.folder / "template.sqlite3", self.path)
            return
        self.reuses += 1
        if not (self.snapshot and self.reuses < MAX_REUSES and self.snapshot.restore()):
            self._recreate(self.server, engine)

    def _recreate(self, server: postgres.Server, engine: sa.Engine) -> None:
        engine.dispose()
        self.close()
        server.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        server.run(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_template"')
        self.reuses = 0
        try:
            self.snapshot = postgres_reset.DatabaseSnapshot(server.address(self.name))
        except psycopg.errors.InsufficientPrivilege:  # not our own server: recreate the database each time
            self.snapshot = None

    def close(self) -> None:
        """Close the snapshot's connection."""
        if self.snapshot:
            self.snapshot.close()
        self.snapshot = None

    @staticmethod
    def _pool(engine: sa.Engine) -> sa.pool.QueuePool:
        assert isinstance(engine.pool, sa.pool.QueuePool)
        return engine.pool
