"""Alembic's environment: ours, because SQLite's foreign keys must be off while a table is rebuilt, and a pragma needs no transaction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from volunteer_hub.core.search import SQLITE_TABLES

config = context.config
database = current_app.extensions["migrate"].db


def include_object(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave the search tables out of the comparison: each database has its own kind."""
    return not (kind == "table" and reflected and any((name or "").startswith(t) for t in SQLITE_TABLES))


def run() -> None:
    """Run the migrations in one transaction, with SQLite's foreign keys off while tables are rebuilt."""
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A batch rebuild drops the old table, and ON DELETE would take the child rows with it.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_object=include_object,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            broken = connection.execute(sa.text("PRAGMA foreign_key_check")).fetchall()
            # A pragma inside a transaction is silently ignored, and the first statement begins one.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"the migration left rows without parents: {broken[:5]}")


run()
