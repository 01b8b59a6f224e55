"""Migrations: one numbered line, in agreement with the models, reversible on both databases, without losing child rows."""

from __future__ import annotations

import importlib
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, stamp, upgrade

from config import ROOT
from volunteer_hub.core.db import db

VERSIONS = ROOT / "migrations" / "versions"


def tables() -> set[str]:
    """Return the names of the existing tables."""
    return set(sa.inspect(db.engine).get_table_names())


def test_migrations_are_numbered_in_one_line() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert script.get_heads() == [names[-1][:4]]
    assert all(re.fullmatch(r"[0-9]{4}_[a-z0-9_]+\.py", name) for name in names)


def test_models_and_migrations_agree(empty_app: Flask) -> None:
    for path in sorted((ROOT / "volunteer_hub").glob("*/models.py")):
        importlib.import_module(f"volunteer_hub.{path.parent.name}.models")
    upgrade()
    check()
    assert {table.name for table in db.metadata.sorted_tables} <= tables()


def test_down_to_nothing_and_up_again(empty_app: Flask) -> None:
    upgrade()
    before = tables()
    downgrade(revision="base")
    assert tables() == {"alembic_version"}
    upgrade()
    assert tables() == before


REBUILD = """
from alembic import op
import sqlalchemy as sa

revision = "9001"
down_revision = None


def upgrade():
    with op.batch_alter_table("parent", recreate="always") as batch:
        batch.add_column(sa.Column("note", sa.Text()))
"""


def children_after_a_rebuild(folder: Path, *, env: str) -> int:
    """Rebuild a parent table by a migration with this env.py. Returns the number of child rows left."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(env)
    (folder / "script.py.mako").write_text("")
    (folder / "alembic.ini").write_text((ROOT / "migrations" / "alembic.ini").read_text())
    (folder / "versions" / "9001_rebuild.py").write_text(REBUILD)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parent VALUES (1)")
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 1)")
    upgrade(directory=str(folder))
    with db.engine.connect() as connection:
        assert "note" in {column["name"] for column in sa.inspect(connection).get_columns("parent")}
        return int(connection.exec_driver_sql("SELECT count(*) FROM child").scalar_one())


def careless(env: str) -> str:
    """Our env.py without the lines that switch foreign keys off."""
    cut = textwrap.indent('connection.exec_driver_sql("PRAGMA foreign_keys=OFF")', " " * 12)
    assert cut in env
    return env.replace(cut, "")


@pytest.mark.parametrize(("with_cure", "left"), [(True, 1), (False, 0)])
def test_rebuilding_a_table_keeps_its_children_and_does_not_without_the_cure(
    empty_app: Flask, backend: str, tmp_path: Path, with_cure: bool, left: int
) -> None:
    if backend != "sqlite":
        pytest.skip("PostgreSQL alters a table in place")
    env = (ROOT / "migrations" / "env.py").read_text()
    assert children_after_a_rebuild(tmp_path / "m", env=env if with_cure else careless(env)) == left


def test_foreign_keys_are_on_again_after_a_migration(empty_app: Flask, backend: str) -> None:
    if backend != "sqlite":
        pytest.skip("about SQLite")
    upgrade()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_stamp_names_the_head(empty_app: Any) -> None:
    stamp()
    with db.engine.connect() as connection:
        assert (
            connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            == sorted(path.name[:4] for path in VERSIONS.glob("*.py"))[-1]
        )


def refused_values(table: str, row: str) -> bool:
    """Whether the database refuses this row for its CHECK constraints."""
    try:
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO {table} {row}"))
    except sa.exc.IntegrityError:
        return True
    return False


ACCOUNT = "(name, email, state, time_zone, locale, created_at) VALUES ('A', '{0}', '{0}', 'UTC', 'en', '2026-01-01')"


def test_states_are_still_checked_after_their_list_grew(empty_app: Flask) -> None:
    upgrade(revision="0002")
    assert refused_values("account", ACCOUNT.format("erased"))
    assert not refused_values("account", ACCOUNT.format("active"))
    upgrade()
    assert not refused_values("account", ACCOUNT.format("erased"))
    assert refused_values("account", ACCOUNT.format("nonsense"))
    downgrade(revision="0002")
    assert refused_values("account", ACCOUNT.format("another"))
    with db.engine.connect() as connection:
        states = connection.scalars(sa.text("SELECT state FROM account ORDER BY id")).all()
    assert states == ["active", "deactivated"]
