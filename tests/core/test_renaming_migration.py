"""Migration 0007 renames and does nothing else: what guards the tables is the same before and after, by its new names."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from config import ROOT
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import RENAMED_TABLES

SQLITE = "SELECT type || ' ' || tbl_name || ': ' || sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'request_search%'"
POSTGRESQL = """
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
        || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'
"""


def load_migration() -> ModuleType:
    path = ROOT / "migrations" / "versions" / "0007_names.py"
    spec = importlib.util.spec_from_file_location("names", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def list_guards() -> list[str]:
    """Return every table, key, check, index, trigger and column as the database describes it, without quotes and spaces."""
    with db.engine.connect() as connection:
        statement = SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
        rows = connection.execute(sa.text(statement)).scalars().all()
    return sorted(re.sub(r"\s+", " ", row.replace('"', "")) for row in rows if "alembic_version" not in row)


def rename(text: str, migration: ModuleType, *, sqlite: bool) -> str:
    """Return the description of a guard with the new names in it."""
    old_names = {new: old for old, new in migration.TABLES}
    for table, columns in migration.COLUMNS.items():
        if re.search(rf"\b({table}|{old_names.get(table, table)})\b", text):
            for old, new in columns:
                text = re.sub(rf"\b{old}\b", new, text)
    for _table, old, new in () if sqlite else migration.CONSTRAINTS:
        text = re.sub(rf"\b{old}\b", new, text)
    for old, new in (*migration.TABLES, *migration.INDEXES, *migration.SEQUENCES):
        text = re.sub(rf"\b{old}\b", new, text)
    return text


def test_each_guard_is_there_before_and_after(empty_app: Flask, backend: str) -> None:
    migration = load_migration()
    upgrade(revision="0006")
    before = [rename(text, migration, sqlite=backend == "sqlite") for text in list_guards()]
    upgrade(revision="0007")
    assert {kind_of(text) for text in before} >= {"trigger", "index"}
    assert sorted(map(without_order, before)) == sorted(map(without_order, list_guards()))


def kind_of(text: str) -> str:
    return text.split()[0]


def without_order(text: str) -> str:
    """Return a description without the quoting and spacing that a rename leaves different."""
    return re.sub(r"\s*([(),=<>])\s*", r"\1", text).lower()


def test_down_and_up_again_leaves_the_same(empty_app: Flask) -> None:
    upgrade()
    before = list_guards()
    downgrade(revision="0006")
    upgrade()
    assert list_guards() == before


def test_each_renamed_table_keeps_its_subject_type() -> None:
    assert {new: old for old, new in load_migration().TABLES} == RENAMED_TABLES


def test_control_a_lost_index_is_seen(empty_app: Flask) -> None:
    upgrade()
    before = list_guards()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_match_restriction_in_force")
    assert list_guards() != before


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_audit_log_is_still_append_only(empty_app: Flask, verb: str) -> None:
    upgrade(revision="0006")
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_entry (sequence, at, action, subject_type, subject_id, details, words_hash, previous_hash, hash)"
            " VALUES (1, '2026-01-01 00:00:00', 'a.b', 'account', 1, '{}', 'w', 'p', 'h')"
        )
    upgrade()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(verb)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT note_hash FROM audit_entry").scalar_one() == "w"


def test_the_migration_copies_no_table() -> None:
    text = Path(load_migration().__file__ or "").read_text()
    assert "batch_alter_table" not in text
