"""The database of a test run: a template made once, and its state put back before each test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from tests.support import postgres, postgres_reset

MAX_REUSES = 50
"""After so many tests a PostgreSQL database is made anew: rows that went leave their room behind."""

MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
MIN_FREE_BYTES = 256 * 1024 * 1024


def memory_folder() -> Path | None:
    """Where files are kept in memory, so that no test waits for a disk; None where there is no such place."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MIN_FREE_BYTES
    return MEMORY if usable else None


class Database:
    """A fresh, migrated, reference-loaded database for each test, from a template made once."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder, self.server = folder, server
        self.name = f"vh_{os.getpid()}"
        self.path = folder / "test.sqlite3"
        self.snapshot: postgres_reset.DatabaseSnapshot | None = None
        self.reuses = 0

    @property
    def url(self) -> str:
        """The address of the test's own database."""
        return self.server.url(self.name) if self.server else f"sqlite:///{self.path}"

    @property
    def options(self) -> dict[str, Any]:
        """How the tests' own engine connects. PostgreSQL's connections live on from test to test."""
        return (
            {"connect_args": {"application_name": postgres_reset.APPLICATION_NAME}, "max_overflow": -1}
            if self.server
            else {}
        )

    def create(self) -> None:
        """An empty database for the template to be built in."""
        if self.server:
            self.server.run(f'CREATE DATABASE "{self.name}"')

    def save_template(self) -> None:
        """Remember the state that every test starts from. No connection may be open."""
        if self.server:
            self.server.run(f'ALTER DATABASE "{self.name}" RENAME TO "{self.name}_template"')
        else:
            shutil.copy(self.path, self.folder / "template.sqlite3")

    def release_connections(self, engine: sa.Engine) -> None:
        """After a test: no connection stays in use, and none to a SQLite file stays open."""
        if not self.server or self._pool(engine).checkedout():
            engine.dispose()

    def reset(self, engine: sa.Engine) -> None:
        """Put the template's state back. The engine may be connected, but nobody may be at work."""
        if not self.server:
            for leftover in self.folder.glob("test.sqlite3*"):
                leftover.unlink()
            shutil.copy(self.folder / "template.sqlite3", self.path)
            return
        self.reuses += 1
        if not (self.snapshot and self.reuses < MAX_REUSES and self.snapshot.restore()):
            self._begin_anew(self.server, engine)

    def _begin_anew(self, server: postgres.Server, engine: sa.Engine) -> None:
        engine.dispose()
        self.close()
        server.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        server.run(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_template"')
        self.reuses = 0
        try:
            self.snapshot = postgres_reset.DatabaseSnapshot(server.address(self.name))
        except psycopg.errors.InsufficientPrivilege:  # not our own server: make it anew each time
            self.snapshot = None

    def close(self) -> None:
        """Let go of the database."""
        if self.snapshot:
            self.snapshot.close()
        self.snapshot = None

    @staticmethod
    def _pool(engine: sa.Engine) -> sa.pool.QueuePool:
        assert isinstance(engine.pool, sa.pool.QueuePool)
        return engine.pool
