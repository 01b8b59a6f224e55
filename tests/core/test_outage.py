"""The database is unreachable, locked, too slow or out of connections: 503 with a page, never 500."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import TestConfig
from tests.factories.accounts import make_account
from tests.support.client import Client
from volunteer_hub.app import create_app
from volunteer_hub.core import db as database
from volunteer_hub.core import outage
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.http import SECURITY_HEADERS

NUMBERS = {"id": 1, "number": 1}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def dead_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with a database that cannot be reached."""
    folder = tmp_path_factory.mktemp("dead") / "gone"
    url = "postgresql+psycopg://vh@/vh?host=/nowhere" if request.param == "postgresql" else f"sqlite:///{folder}/x"
    app = create_app(
        TestConfig,
        SQLALCHEMY_DATABASE_URI=url,
        HIDE_FAULTS=True,
        PROPAGATE_EXCEPTIONS=False,
        WTF_CSRF_ENABLED=False,
        INSTANCE_PATH=str(folder.parent),
    )
    app.test_client_class = Client
    shutil.rmtree(folder, ignore_errors=True)
    yield app
    with app.app_context():
        db.engine.dispose()


def browser(app: Flask, *, signed_in: bool) -> Any:
    """A client, with the cookie of a session where it says so."""
    client = app.test_client()
    if signed_in:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "a secret of a session"
    return client


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Every method and address of the service, with made-up values in it."""
    routes = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            _domain, address = rule.build(
                {name: NUMBERS.get(name, 1) for name in rule.arguments}, append_unknown=False
            ) or (
                "",
                "",
            )
            routes += [(method, address) for method in sorted({"GET", "POST"} & set(rule.methods or ())) if address]
    return [*routes, ("GET", "/nowhere"), ("POST", "/nowhere"), ("POST", "/healthz")]


def check_page(reply: Any, where: object) -> None:
    """Check what every response during an outage must fulfil."""
    assert reply.status_code != 500, where
    assert reply.status_code in {303, 413} or len(reply.data) > 2, where
    for name, value in SECURITY_HEADERS.items():
        assert reply.headers[name] == value, (where, name)
    if reply.status_code == 503:
        assert reply.headers["Retry-After"] == outage.RETRY_AFTER
        assert reply.headers["Cache-Control"] == "no-store"
        plain = (
            "The database cannot be reached."
            if reply.mimetype == "text/plain"
            else "<h1>Sorry, the service is unavailable</h1>"
        )
        assert plain in reply.text, where


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_address_fails_where_the_database_does(
    dead_app: Flask, caplog: pytest.LogCaptureFixture, signed_in: bool
) -> None:
    routes = addresses(dead_app)
    assert len(routes) > 150
    statuses: dict[int, int] = {}
    for method, address in routes:
        caplog.clear()
        reply = browser(dead_app, signed_in=signed_in).open(address, method=method)
        check_page(reply, (method, address))
        statuses[reply.status_code] = statuses.get(reply.status_code, 0) + 1
        assert len(caplog.records) == (reply.status_code == 503 and address != "/readyz"), (address, caplog.text)
        assert "Traceback" not in caplog.text
    assert statuses[503] > (100 if signed_in else 10)


def test_healthz_asks_no_database(dead_app: Flask) -> None:
    reply = browser(dead_app, signed_in=True).get("/healthz")
    assert (reply.status_code, reply.text) == (200, "ok\n")


def test_control_with_a_database_nothing_is_unavailable(client: Any) -> None:
    assert client.get("/sign-in").status_code == 200
    assert client.get("/nowhere").status_code == 404


def test_the_log_names_the_rule_and_not_the_secret_in_the_path(
    dead_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    assert browser(dead_app, signed_in=False).get("/reset/a-secret-of-a-link").status_code == 503
    assert [record.getMessage() for record in caplog.records] == ["database away: 503 for GET /reset/<token>"]


@pytest.fixture
def locked(app: Flask, backend: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another connection holds SQLite's write lock; a request waits a tenth of a second for it."""
    if backend != "sqlite":
        pytest.skip("about SQLite's one write lock")
    monkeypatch.setitem(app.config, "REQUEST_LOCK_SECONDS", 0.1)
    with sqlite3.connect(str(db.engine.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()


def test_a_write_that_waits_too_long_for_the_lock_is_answered_503(
    app: Flask, client: Any, locked: None, caplog: pytest.LogCaptureFixture
) -> None:
    reply = client.submit("/sign-in", email="a@example.org", password="x")
    check_page(reply, "/sign-in")
    assert reply.status_code == 503
    assert [record.getMessage() for record in caplog.records] == ["database locked: 503 for POST /sign-in"]


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/nowhere"])
def test_control_pages_are_read_during_a_write(client: Any, locked: None, path: str) -> None:
    assert client.get(path).status_code in {200, 404}


def test_signed_in_reader_waits_for_no_writer_even_when_last_seen_at_is_due(
    app: Flask, as_: Any, clock: Any, backend: str
) -> None:
    if backend != "sqlite":
        pytest.skip("about SQLite's one write lock")
    browser = as_(make_account(Role.ADMIN))
    clock.advance(minutes=30)
    with sqlite3.connect(str(db.engine.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert browser.get("/account").status_code == 200
        other.execute("ROLLBACK")
    other.close()


def test_one_request_has_one_lock_wait_budget(app: Flask, locked: None) -> None:
    with app.test_request_context("/", method="POST"):
        for _ in range(2):
            with pytest.raises(sa.exc.OperationalError, match="locked"):
                db.session.execute(sa.text("SELECT 1"))
            db.session.rollback()
            assert database._lock_wait_left() == 0


def test_control_each_request_and_each_job_has_its_own_budget(app: Flask, locked: None) -> None:
    for _ in range(2):
        with app.test_request_context("/", method="POST"):
            assert database._lock_wait_left() == 0.1
    assert database._lock_wait_left() == database.BACKGROUND_LOCK_WAIT_SECONDS


def limits_on_postgresql() -> tuple[str, str]:
    """Return the statement and lock timeouts of this transaction."""
    statement, lock = (str(db.session.scalar(sa.text(f"SHOW {name}_timeout"))) for name in ("statement", "lock"))
    db.session.rollback()
    return statement, lock


@pytest.fixture
def postgresql_only(backend: str) -> None:
    """These tests are about PostgreSQL's own switches."""
    if backend != "postgresql":
        pytest.skip("about PostgreSQL")


def test_requests_give_up_soon_and_jobs_do_not(app: Flask, postgresql_only: None) -> None:
    for _ in range(2):
        with app.test_request_context("/"):
            assert limits_on_postgresql() == ("30s", "5s")
        assert limits_on_postgresql() == ("0", "1min")


def test_a_statement_that_takes_too_long_is_given_up(
    app: Flask, postgresql_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "REQUEST_STATEMENT_SECONDS", 0.1)
    with app.test_request_context("/"), pytest.raises(sa.exc.OperationalError) as failure:
        db.session.execute(sa.text("SELECT pg_sleep(60)"))
    db.session.rollback()
    assert outage.find_reason(failure.value) == outage.SLOW
    db.session.execute(sa.text("SELECT pg_sleep(0.3)"))  # control: a job's may take longer


def test_closed_connection_is_replaced(app: Flask, postgresql_only: None, database: Any) -> None:
    with app.test_request_context("/"):
        number = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        db.session.remove()
        database.server.run(f"SELECT pg_terminate_backend({number}, 5000)")
        assert db.session.scalar(sa.text("SELECT 1")) == 1
        db.session.remove()


def test_exhausted_pool_gives_503(tmp_path: Path) -> None:
    app = create_app(
        TestConfig,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/x.sqlite3",
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.05},
        INSTANCE_PATH=str(tmp_path),
    )
    with app.app_context(), db.engine.connect():
        reply = browser(app, signed_in=True).get("/account")
        check_page(reply, "/account")
        assert reply.status_code == 503
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        sa.exc.InvalidRequestError(),
        sa.exc.OperationalError("", {}, sqlite3.OperationalError("no such table")),
    ],
)
def test_other_errors_are_no_outage(error: Exception) -> None:
    assert outage.find_reason(error) is None
