"""Fixtures that every test may use. What belongs to one area stands in tests/factories/<area>.py."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from config import TestConfig
from tests.factories.accounts import make_account
from tests.support import postgres
from tests.support.client import Client
from tests.support.live import LiveServer, serve
from volunteer_hub.accounts.models import Account
from volunteer_hub.app import create_app
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import service as institutions
from volunteer_hub.vocabulary import service as vocabulary

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class TestClock:
    """The injected clock: stands still until a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> dt.datetime:
        return self.instant

    def advance(self, **span: float) -> dt.datetime:
        """Move forward, `advance(days=7)`. Gives the new instant."""
        self.instant += dt.timedelta(**span)
        return self.instant


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption(
        "--require-all", action="store_true", help="fail, not skip, where PostgreSQL or Chromium is missing"
    )


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """Which database this run is about."""
    return str(request.config.getoption("--database"))


class Database:
    """A fresh, migrated, reference-loaded database for each test, from a template made once."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder, self.server = folder, server
        self.name = f"vh_{os.getpid()}"
        self.path = folder / "test.sqlite3"

    @property
    def url(self) -> str:
        """The address of the test's own database."""
        return self.server.url(self.name) if self.server else f"sqlite:///{self.path}"

    def create(self) -> None:
        """An empty database for the template to be built in."""
        if self.server:
            self.server.run(f'CREATE DATABASE "{self.name}"')

    def keep_as_template(self) -> None:
        """Remember the state that every test starts from."""
        if self.server:
            self.server.run(f'ALTER DATABASE "{self.name}" RENAME TO "{self.name}_template"')
        else:
            shutil.copy(self.path, self.folder / "template.sqlite3")

    def reset(self) -> None:
        """Put the template's state back. No connection may be open."""
        if self.server:
            self.server.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            self.server.run(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_template"')
            return
        for leftover in self.folder.glob("test.sqlite3*"):
            leftover.unlink()
        shutil.copy(self.folder / "template.sqlite3", self.path)


@pytest.fixture(scope="session")
def database(
    backend: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """The machinery behind `app`."""
    server = None
    if backend == "postgresql":
        server = postgres.find(tmp_path_factory.mktemp("pg"))
        if server is None:
            message = "no PostgreSQL: set TEST_DATABASE_URL or install postgresql"
            pytest.fail(message) if request.config.getoption("--require-all") else pytest.skip(message)
    yield Database(tmp_path_factory.mktemp("db"), server)
    if server:
        server.stop()


@pytest.fixture(scope="session")
def shared_app(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for the whole run; each test gets its own database under it."""
    database.create()
    app = create_app(
        TestConfig,
        SQLALCHEMY_DATABASE_URI=database.url,
        VOCABULARY_SECONDS=3600,  # tests that change words forget them; the others count queries
        INSTANCE_PATH=str(tmp_path_factory.mktemp("instance")),
        SQLALCHEMY_ENGINE_OPTIONS={"poolclass": sa.pool.NullPool} if database.server else {},
    )
    app.test_client_class = Client
    with app.app_context():
        upgrade()
        institutions.load_reference()
        vocabulary.load_reference()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    database.keep_as_template()
    return app


@pytest.fixture
def clock() -> TestClock:
    """The application's clock."""
    return TestClock()


@pytest.fixture
def now(clock: TestClock) -> dt.datetime:
    """The instant at which the test begins."""
    return clock.instant


@pytest.fixture
def app(shared_app: Flask, database: Database, clock: TestClock) -> Iterator[Flask]:
    """The application over a fresh database, inside an application context."""
    database.reset()
    shared_app.extensions["clock"] = clock
    for kept in (
        "match_weights",
        "volunteer_pool",
        "best_requests",
        "partner_countries",
    ):  # of the last test's database
        shared_app.extensions.pop(kept, None)
    with shared_app.app_context():
        yield shared_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Any:
    """A browser without JavaScript: posts forms as the page shows them."""
    return app.test_client()


@pytest.fixture
def as_(client: Any) -> Any:
    """Sign in as an account (anew); gives the browser."""

    def sign_in(account: Account) -> Any:
        client.delete_cookie("volunteer_hub")
        client.sign_in(account.email)
        return client

    return sign_in


@pytest.fixture
def director(app: Any) -> Account:
    """The director for Uganda."""
    return make_account(Role.DIRECTOR, country="UG", email="director.ug@example.org", name="Dora Director")


@pytest.fixture
def live_server(shared_app: Flask, database: Database, tmp_path: Path) -> Iterator[LiveServer]:
    """The service over HTTP, as `make run` serves it, on a free port and a database of its own."""
    with serve(tmp_path, database) as live:
        yield live
