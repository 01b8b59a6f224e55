"""Others can write while an email is being handed over: the sending process has no open transaction."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.mail import queue_mail
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.core.db import db
from volunteer_hub.mail import leases
from volunteer_hub.mail.delivery import deliver_due

pytestmark = pytest.mark.race


@contextmanager
def delay_delivery(app: Flask, now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the mail server from answering to the text of an email for the block."""
    queue_mail()
    answer = threading.Event()

    class Waiting(ScriptedMailServer):
        def may_close(self, command: str) -> bool:
            if command == "DOT":
                answer.wait(20)
            return super().may_close(command)

    def deliver() -> None:
        with app.app_context():
            deliver_due(now)
            db.session.remove()

    with Waiting(Script()) as server:
        monkeypatch.setitem(app.config, "SMTP_PORT", server.port)
        thread = threading.Thread(target=deliver)
        thread.start()
        try:
            assert wait_for(lambda: server.log.taken.total() == 1)
            yield
        finally:
            answer.set()
            thread.join(20)


def wait_for(condition: object) -> bool:
    """Return whether `condition()` came true within 20 seconds."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _ in range(1000))  # type: ignore[operator]


def can_write(app: Flask) -> bool:
    """Return whether another process gets SQLite's one write lock at once."""
    path = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database
    connection = sqlite3.connect(str(path), timeout=0.1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def open_transactions() -> int:
    """Return the number of PostgreSQL's other connections to this database that are idle in a transaction."""
    with db.engine.connect() as connection:
        return int(
            connection.scalar(
                sa.text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
                )
            )
        )


def is_free(app: Flask, backend: str) -> bool:
    """Return whether the sender of the email holds no lock."""
    db.session.rollback()
    return can_write(app) if backend == "sqlite" else open_transactions() == 0


def test_nothing_is_locked_while_an_email_is_on_the_wire(
    app: Flask, backend: str, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with delay_delivery(app, now, monkeypatch):
        assert is_free(app, backend)


def test_control_a_row_read_after_the_commit_locks_everybody_out(
    app: Flask, backend: str, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = leases.claim

    def claim_and_read_again(*args: object) -> bool:
        claimed = claim(*args)  # type: ignore[arg-type]
        db.session.execute(sa.text("SELECT count(*) FROM outbox_mail"))
        return claimed

    monkeypatch.setattr(leases, "claim", claim_and_read_again)
    with delay_delivery(app, now, monkeypatch):
        assert not is_free(app, backend)
