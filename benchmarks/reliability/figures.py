"""Figures with goals, and a template database to measure them on, for the benchmarks of this package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_migrate import upgrade

from config import TestConfig
from tests.support import postgres
from tests.support.database import Database, memory_folder
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db
from volunteer_hub.institutions import service as institutions
from volunteer_hub.vocabulary import service as vocabulary


@dataclass(frozen=True)
class Figure:
    """One measured number. `goal` is its maximum, or its minimum where `at_least` is set."""

    what: str
    measured: float
    goal: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Return whether the goal is met."""
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table: what | measured | goal."""
    lines = ["| what | measured | goal | |", "|---|---|---|---|"]
    for figure in figures:
        sign = ">=" if figure.at_least else "<="
        measured, goal = f"{figure.measured:,.6g} {figure.unit}".strip(), f"{figure.goal:,.6g} {figure.unit}".strip()
        lines.append(f"| {figure.what} | {measured} | {sign} {goal} | {'met' if figure.is_met else 'NOT MET'} |")
    return "\n".join(lines)


@contextmanager
def template_database(kind: str = "sqlite") -> Iterator[Database]:
    """Provide a migrated database with its reference data for `tests.support.live.serve`; `kind` may be `postgresql`.

    Raises RuntimeError where this machine has no PostgreSQL.
    """
    with tempfile.TemporaryDirectory(prefix="vh_bench_", dir=memory_folder()) as folder:
        server = postgres.find_server(Path(folder)) if kind == "postgresql" else None
        if kind == "postgresql" and server is None:
            raise RuntimeError("no PostgreSQL: set TEST_DATABASE_URL or install postgresql")
        database = Database(Path(folder), server)
        try:
            _prepare(database)
            yield database
        finally:
            database.close()
            if server:
                server.stop()


def _prepare(database: Database) -> None:
    database.create()
    app = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=database.url, INSTANCE_PATH=str(database.folder))
    with app.app_context():
        upgrade()
        institutions.load_reference()
        vocabulary.load_reference()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    database.save_template()
