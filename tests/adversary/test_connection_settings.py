"""Adversarial test of connections to a PostgreSQL server with other defaults."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core.db import _set_formats as prepared
from volunteer_hub.core.db import db


def test_every_connection_uses_our_date_style_and_time_zone(app: Flask, backend: str) -> None:
    if backend == "sqlite":
        pytest.skip("SQLite has no such settings")
    assert sa.event.contains(db.engine, "connect", prepared)
    raw = db.engine.raw_connection()
    try:
        with raw.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'Pacific/Auckland'")
            cursor.execute("SET DateStyle TO 'German'")
        raw.commit()
        prepared(raw.dbapi_connection, None)
        raw.rollback()
        with raw.cursor() as cursor:
            cursor.execute("SELECT cast(timestamptz '2026-11-21 20:00:00+00' AS text), cast(date '2026-11-21' AS text)")
            assert cursor.fetchone() == ("2026-11-21 20:00:00+00", "2026-11-21")
    finally:
        raw.close()
