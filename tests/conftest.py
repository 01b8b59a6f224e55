"""Fixtures for all tests. Factories of an area are in tests/factories/<area>.py."""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask_migrate import upgrade

from config import TestConfig
from tests.factories.accounts import make_account
from tests.support import postgres
from tests.support.client import Client
from tests.support.clock import TestClock
from tests.support.database import Database, memory_folder
from tests.support.live import LiveServer, serve
from volunteer_hub.accounts.models import Account
from volunteer_hub.app import create_app
from volunteer_hub.core import cache
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import service as institutions
from volunteer_hub.vocabulary import service as vocabulary

# No deadlines: the result of a test must not depend on the load of the machine.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption(
        "--require-all", action="store_true", help="fail, not skip, where PostgreSQL or Chromium is missing"
    )


DESELECTED = pytest.StashKey[int]()


def depends_on_none(item: pytest.Item) -> bool:
    """Return whether a test gives the same result on each database."""
    uses = {"database", "backend"} & set(getattr(item, "fixturenames", ()))
    return not uses or item.get_closest_marker("once") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that do not depend on the database, except in the run on SQLite."""
    if config.getoption("--database") == "sqlite":
        return
    left = [item for item in items if depends_on_none(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]
    config.stash[DESELECTED] = len(left)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = len(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the number of deselected tests from any worker of pytest-xdist: each collects all tests."""
    node.config.stash[DESELECTED] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report the deselected tests and the CPU time, with that of workers and of servers they started."""
    if left := config.stash.get(DESELECTED, 0):
        terminalreporter.write_line(f"{left} tests that depend on no database were left to the run on SQLite.")
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    minutes, seconds = divmod(round(sum(usage.ru_utime + usage.ru_stime for usage in usages)), 60)
    terminalreporter.write_line(f"CPU time: {minutes} min {seconds} s.")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """The database of this run."""
    return str(request.config.getoption("--database"))


@pytest.fixture(scope="session")
def database(
    backend: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """The databases behind `app`."""
    server = None
    if backend == "postgresql":
        server = postgres.find_server(tmp_path_factory.mktemp("pg"))
        if server is None:
            message = "no PostgreSQL: set TEST_DATABASE_URL or install postgresql"
            pytest.fail(message) if request.config.getoption("--require-all") else pytest.skip(message)
    with tempfile.TemporaryDirectory(prefix="vh_", dir=memory_folder()) as folder:
        database = Database(Path(folder), server)
        yield database
        database.close()
    if server:
        server.stop()


@pytest.fixture(scope="session")
def shared_app(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for the whole run; each test gets its own database under it."""
    database.create()
    app = create_app(
        TestConfig,
        SQLALCHEMY_DATABASE_URI=database.url,
        VOCABULARY_SECONDS=3600,  # tests that change the vocabulary invalidate the cache; others count queries
        INSTANCE_PATH=str(tmp_path_factory.mktemp("instance")),
        SQLALCHEMY_ENGINE_OPTIONS=database.options,
    )
    app.test_client_class = Client
    with app.app_context():
        upgrade()
        institutions.load_reference()
        vocabulary.load_reference()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    database.save_template()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def database_free_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application behind `bare_app`."""
    folder = str(tmp_path_factory.mktemp("bare"))
    return create_app(TestConfig, SQLALCHEMY_DATABASE_URI="sqlite://", INSTANCE_PATH=folder)


@pytest.fixture
def bare_app(database_free_app: Flask) -> Iterator[Flask]:
    """The application without a database: its routes, templates and words, inside an application context."""
    with database_free_app.app_context():
        yield database_free_app


@pytest.fixture
def clock() -> TestClock:
    """The application's clock."""
    return TestClock()


@pytest.fixture
def now(clock: TestClock) -> dt.datetime:
    """The instant at which the test starts."""
    return clock.instant


@pytest.fixture
def app(shared_app: Flask, database: Database, clock: TestClock) -> Iterator[Flask]:
    """The application over a fresh database, inside an application context."""
    shared_app.extensions["clock"] = clock
    cache.clear_all(shared_app, keep={"vocabulary"})  # the vocabulary is the same in every test's database
    with shared_app.app_context():
        database.reset(db.engine)
        yield shared_app
        db.session.remove()
        database.release_connections(db.engine)


@pytest.fixture
def client(app: Flask) -> Any:
    """A browser without JavaScript: posts forms as the page shows them."""
    return app.test_client()


@pytest.fixture
def as_(client: Any) -> Any:
    """A function that signs in as an account and returns the browser."""

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
