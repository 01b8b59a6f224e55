"""The map knows every column, and every path in it leads to an account."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core.db import db
from volunteer_hub.privacy import walking
from volunteer_hub.privacy.data_map import DATA_MAP
from volunteer_hub.privacy.labels import TABLES
from volunteer_hub.privacy.rules import Table, Treat


def columns(entry: Table) -> list[str]:
    return sorted(column.name for column in entry.columns)


def test_every_column_has_a_class(app: Flask) -> None:
    wanted = {table.name: sorted(column.name for column in table.columns) for table in db.metadata.sorted_tables}
    assert {name: columns(entry) for name, entry in DATA_MAP.items()} == wanted, (
        "give the new column a class in privacy/data_map.py: what does it say about a person?"
    )


def test_every_path_leads_to_an_account(app: Flask) -> None:
    for name, entry in DATA_MAP.items():
        writers = [column.by for column in entry.columns if column.by]
        for path in (*entry.about, *entry.by, *writers):
            condition = walking.leads_to(walking.schema_of(name), path, 1)
            db.session.execute(sa.select(sa.literal(1)).select_from(walking.schema_of(name)).where(condition))


def test_every_key_to_an_account_is_on_a_path(app: Flask) -> None:
    for table in db.metadata.sorted_tables:
        entry = DATA_MAP[table.name]
        keys = {
            column.name for column in table.columns for key in column.foreign_keys if key.column.table.name == "account"
        }
        assert keys <= {path.split(".")[0] for path in (*entry.about, *entry.by)}, table.name


def test_tables_with_people_have_words(app: Flask) -> None:
    assert {name for name, entry in DATA_MAP.items() if entry.about or entry.by} == set(TABLES)


def test_what_stays_says_why(app: Flask) -> None:
    for name, entry in DATA_MAP.items():
        if entry.about and not entry.gone:
            assert entry.why, f"{name}: why are its rows kept after an erasure?"


def test_hashes_and_secrets_are_given_to_nobody() -> None:
    for name, entry in DATA_MAP.items():
        for column in entry.columns:
            if column.name.endswith(("token_hash", "password_hash", "code_hash", "secret")):
                assert column.treat is Treat.HIDDEN, f"{name}.{column.name}"
