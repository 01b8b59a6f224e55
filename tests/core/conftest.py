"""An empty database for the tests of migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config import TestConfig
from tests.support.database import Database
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db


@pytest.fixture
def empty_app(database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The application over an empty database of its own."""
    name = f"{database.name}_empty"
    if database.server:
        database.server.run(f'CREATE DATABASE "{name}"')
    url = database.server.url(name) if database.server else f"sqlite:///{tmp_path}/empty.sqlite3"
    app = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=url, INSTANCE_PATH=str(tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if database.server:
        database.server.run(f'DROP DATABASE "{name}" WITH (FORCE)')
