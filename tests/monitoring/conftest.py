"""Applications whose database is in a state that a probe must report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import TestConfig
from tests.support.database import Database
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db


def make_app(url: str, folder: Path, **more: Any) -> Iterator[Flask]:
    """Yield an application for another database URL, inside its context."""
    app = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=url, INSTANCE_PATH=str(folder), **more)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def read_only_app(app: Flask, database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The test's own database, opened so that it takes no writes."""
    if database.server:
        options = {"connect_args": {"options": "-c default_transaction_read_only=on"}}
        yield from make_app(database.url, tmp_path, SQLALCHEMY_ENGINE_OPTIONS=options)
    else:
        yield from make_app(f"sqlite:///file:{database.path}?mode=ro&uri=true", tmp_path)


@pytest.fixture
def empty_app(database: Database, tmp_path: Path) -> Iterator[Flask]:
    """A database without tables."""
    name = f"{database.name}_bare"
    if database.server:
        database.server.run(f'CREATE DATABASE "{name}"')
    yield from make_app(
        database.server.url(name) if database.server else f"sqlite:///{tmp_path}/bare.sqlite3", tmp_path
    )
    if database.server:
        database.server.run(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def away_app(database: Database, tmp_path: Path) -> Iterator[Flask]:
    """A database that cannot be reached."""
    nowhere = tmp_path / "folder"
    nowhere.mkdir()
    url = "postgresql+psycopg://hub:Canary@127.0.0.1:9/hub" if database.server else f"sqlite:///{nowhere}"
    yield from make_app(url, tmp_path)
