"""`/readyz` reports database, revision, writes, scheduler and outbox; `/healthz` reports the process alone."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import TestConfig
from tests.reports.rows import make_mail
from tests.support.database import Database
from tests.support.query_count import record_queries
from volunteer_hub.app import create_app
from volunteer_hub.core import database_state
from volunteer_hub.core.db import db
from volunteer_hub.mail.states import MailState
from volunteer_hub.monitoring import readiness, rules
from volunteer_hub.scheduler import heartbeat


def lines(client: Any, path: str = "/readyz") -> list[str]:
    """Return the reasons why the service is not ready; empty if it is."""
    reply = client.get(path)
    assert reply.mimetype == "text/plain"
    assert (reply.status_code == 200) == (reply.text == "ready\n")
    assert reply.status_code in {200, 503}
    return [line for line in reply.text.splitlines() if line != "ready"]


@pytest.fixture
def running_scheduler(app: Flask, clock: Any) -> None:
    """A scheduler with a recent heartbeat."""
    heartbeat.record_heartbeat(now=clock())


def test_ready_when_all_is_well(running_scheduler: None, client: Any) -> None:
    assert lines(client) == []


def test_scheduler_that_never_ran_is_reported(client: Any) -> None:
    assert lines(client) == ["No scheduler has run yet."]
    assert lines(client, "/readyz?without=scheduler") == []


@pytest.mark.parametrize("span", [dt.timedelta(minutes=10), dt.timedelta(minutes=-10)])
def test_scheduler_with_a_distant_heartbeat_is_reported(client: Any, clock: Any, span: dt.timedelta) -> None:
    heartbeat.record_heartbeat(now=clock() - span)
    assert lines(client) == ["No scheduler has been running for 10 minutes."]


def test_email_that_waits_for_its_retry_is_no_finding(running_scheduler: None, client: Any, clock: Any) -> None:
    """Anybody can register with an address whose domain no mail server finds: that takes no service out of use."""
    mail = make_mail(MailState.QUEUED, at=clock() - dt.timedelta(hours=5))
    mail.not_before = clock() + dt.timedelta(hours=1)
    db.session.commit()
    assert lines(client) == []
    mail.not_before = clock() - dt.timedelta(minutes=90)
    db.session.commit()
    assert lines(client) == ["The oldest due email has waited for 90 minutes (READY_MAIL_MINUTES is 60)."]


def test_email_that_waits_for_an_absent_mail_server_is_reported(
    running_scheduler: None, client: Any, clock: Any
) -> None:
    mail = make_mail(MailState.QUEUED, at=clock() - dt.timedelta(hours=5))
    mail.not_before, mail.give_up_at = clock() + dt.timedelta(minutes=1), clock() + dt.timedelta(hours=67)
    db.session.commit()
    assert lines(client) == ["The oldest due email has waited for 300 minutes (READY_MAIL_MINUTES is 60)."]


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.LEASED])
def test_email_that_waits_too_long_is_reported(
    running_scheduler: None, client: Any, clock: Any, state: MailState
) -> None:
    make_mail(state, at=clock() - dt.timedelta(minutes=60))
    assert lines(client) == []
    make_mail(state, at=clock() - dt.timedelta(minutes=90))
    assert lines(client) == ["The oldest due email has waited for 90 minutes (READY_MAIL_MINUTES is 60)."]
    assert lines(client, "/readyz?without=scheduler") == []


def test_email_that_is_sent_or_not_due_is_no_finding(running_scheduler: None, client: Any, clock: Any) -> None:
    make_mail(MailState.SENT, at=clock() - dt.timedelta(days=9))
    make_mail(MailState.FAILED, at=clock() - dt.timedelta(days=9))
    make_mail(MailState.QUEUED, at=clock() + dt.timedelta(days=9))
    assert lines(client) == []


def test_older_revision_is_reported(running_scheduler: None, client: Any) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    head = database_state.head_revision()
    message = f"The database is at revision 0001, the code needs {head}: run flask db upgrade."
    assert lines(client, "/readyz?without=scheduler") == [message]


def test_database_without_tables_is_reported(empty_app: Flask) -> None:
    assert lines(empty_app.test_client()) == ["The database has no tables: run flask db upgrade."]


def test_read_only_database_is_reported(read_only_app: Flask) -> None:
    messages = lines(read_only_app.test_client(), "/readyz?without=scheduler")
    assert messages == ["The database cannot be written to."]


def test_unreachable_database_is_reported_and_healthz_answers(away_app: Flask) -> None:
    client = away_app.test_client()
    assert lines(client) == ["The database cannot be reached."]
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/metrics").status_code == 200


def test_database_server_that_never_answers_is_reported(database: Database, tmp_path: Path) -> None:
    """It takes the connection and is silent: a machine that hangs. Probes must not wait with it and use up all threads."""
    if not database.server:
        pytest.skip("SQLite has no server")
    statuses: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = create_app(
            TestConfig,
            SQLALCHEMY_DATABASE_URI=f"postgresql+psycopg://hub:pw@127.0.0.1:{silent.getsockname()[1]}/hub",
            INSTANCE_PATH=str(tmp_path),
        )
        probe = threading.Thread(
            target=lambda: statuses.append(app.test_client().get("/readyz").status_code), daemon=True
        )
        probe.start()
        probe.join(30)
        assert statuses == [503]


def test_database_with_a_concurrent_write_is_ready(running_scheduler: None, client: Any) -> None:
    with db.engine.connect() as writer:
        writer.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
        assert lines(client) == []
        writer.rollback()


def test_can_write_changes_nothing_and_keeps_the_lock_wait(app: Flask, database: Database) -> None:
    commits: list[Any] = []
    note = commits.append
    sa.event.listen(db.engine, "commit", note)
    assert database_state.can_write()
    sa.event.remove(db.engine, "commit", note)
    assert commits == []
    if not database.server:
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 20_000


def test_healthz_sends_no_query(app: Flask, client: Any) -> None:
    with record_queries() as sent:
        assert client.get("/healthz").status_code == 200
    assert sent == []


def test_probes_share_the_cached_result(
    running_scheduler: None, client: Any, app: Flask, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "READY_CACHE_SECONDS", 3600.0)
    monkeypatch.setitem(app.extensions, readiness.EXTENSION, {})
    assert lines(client) == []
    clock.advance(hours=1)
    with record_queries() as sent:
        assert lines(client) == []
    assert sent == []
    app.extensions[readiness.EXTENSION].clear()
    assert lines(client) != []


def test_full_disk_is_reported_even_if_the_database_does_not_open() -> None:
    facts = rules.DatabaseFacts(is_reachable=False, free_bytes=0)
    assert list(rules.database_findings(facts)) == [
        "The database cannot be reached.",
        "The disk of the database has only 0 MB left.",
    ]
