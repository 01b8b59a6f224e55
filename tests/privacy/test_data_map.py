"""The data map is complete: every column has a class, and every path leads to an account."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core.db import db
from volunteer_hub.privacy import subject_queries
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.labels import TABLE_LABELS
from volunteer_hub.privacy.rules import DataClass, MappedTable


def columns(entry: MappedTable) -> list[str]:
    return sorted(column.name for column in entry.columns)


def test_every_column_has_a_class(app: Flask) -> None:
    expected = {table.name: sorted(column.name for column in table.columns) for table in db.metadata.sorted_tables}
    assert {name: columns(entry) for name, entry in DATA_MAP.items()} == expected, (
        "give the new column a class in privacy/data_map.py: what does it say about a person?"
    )


def test_every_path_leads_to_an_account(app: Flask) -> None:
    for name, entry in DATA_MAP.items():
        author_paths = [column.author_path for column in entry.columns if column.author_path]
        for path in (*entry.subject_paths, *entry.actor_paths, *author_paths):
            condition = subject_queries.path_condition(subject_queries.get_table(name), path, 1)
            db.session.execute(sa.select(sa.literal(1)).select_from(subject_queries.get_table(name)).where(condition))


def test_every_foreign_key_to_an_account_is_on_a_path(app: Flask) -> None:
    for table in db.metadata.sorted_tables:
        entry = DATA_MAP[table.name]
        keys = {
            column.name for column in table.columns for key in column.foreign_keys if key.column.table.name == "account"
        }
        assert keys <= {path.split(".")[0] for path in (*entry.subject_paths, *entry.actor_paths)}, table.name


def test_tables_with_people_have_labels(app: Flask) -> None:
    assert {name for name, entry in DATA_MAP.items() if entry.subject_paths or entry.actor_paths} == set(TABLE_LABELS)


def test_kept_rows_have_a_retention_reason(app: Flask) -> None:
    for name, entry in DATA_MAP.items():
        if entry.subject_paths and not entry.is_deleted:
            assert entry.retention_reason, f"{name}: why are its rows kept after an erasure?"


def test_hashes_and_secrets_are_hidden() -> None:
    for name, entry in DATA_MAP.items():
        for column in entry.columns:
            if column.name.endswith(("token_hash", "password_hash", "code_hash", "secret")):
                assert column.data_class is DataClass.HIDDEN, f"{name}.{column.name}"
