"""SQLite settings, and what both databases refuse. Each guard has a control test without it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account, AccountToken
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import aggregate_rows, db, prepare_engine, split_rows

APPEND_ONLY = ("audit_entry", "journal", "ledger_entry")


@pytest.fixture
def sqlite_only(backend: str) -> None:
    """These tests are about SQLite's own switches."""
    if backend != "sqlite":
        pytest.skip("about SQLite")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 20000),
    ],
)
def test_every_connection_has_the_pragma(app: Flask, sqlite_only: None, pragma: str, value: object) -> None:
    for _ in range(2):
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        db.engine.dispose()


def count_up(engine: sa.Engine, *, threads: int = 4, rounds: int = 50) -> int:
    """Threads read a number and write it plus one. Returns the final value."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def work() -> None:
        for _ in range(rounds):
            with engine.connect() as connection:
                n = connection.exec_driver_sql("SELECT n FROM counter").scalar_one()
                time.sleep(0.0005)
                connection.exec_driver_sql("UPDATE counter SET n = ?", (n + 1,))
                connection.commit()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with engine.connect() as connection:
        total: int = connection.exec_driver_sql("SELECT n FROM counter").scalar_one()
    engine.dispose()
    return total


def test_200_concurrent_increments_give_200(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/safe.sqlite3")
    prepare_engine(engine)
    assert count_up(engine) == 200


def test_control_with_the_drivers_defaults_increments_are_lost(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/default.sqlite3", connect_args={"timeout": 20})
    assert count_up(engine) < 200


@pytest.fixture
def entry(app: Flask, now: dt.datetime) -> None:
    """One audit entry."""
    audit.record("account.registered", make_account(), actor=None, now=now)
    db.session.commit()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_audit_entries_cannot_be_changed_or_deleted(entry: None, statement: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.text(statement))
    db.session.rollback()


def test_audit_entries_cannot_be_replaced(entry: None, sqlite_only: None) -> None:
    columns = "sequence, at, action, subject_type, subject_id, details, previous_hash, hash"
    replace = f"INSERT OR REPLACE INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"  # noqa: S608
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.text(replace))
    db.session.rollback()


def test_control_without_recursive_triggers_an_entry_is_replaced(entry: None, sqlite_only: None, app: Flask) -> None:
    columns = "sequence, at, action, subject_type, subject_id, details, previous_hash, hash"
    path = db.engine.url.database or ""
    with sqlite3.connect(path) as connection:
        connection.execute(
            f"INSERT OR REPLACE INTO audit_entry ({columns}) SELECT sequence, at, 'forged', subject_type,"  # noqa: S608
            " subject_id, details, previous_hash, hash FROM audit_entry"
        )
        assert connection.execute("SELECT DISTINCT action FROM audit_entry").fetchall() == [("forged",)]
    connection.close()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_every_append_only_table_has_its_triggers(app: Flask, table: str, backend: str) -> None:
    if backend == "sqlite":
        triggers = db.session.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t ORDER BY name"),
            {"t": table},
        ).all()
        assert triggers[:2] == [f"{table}_no_delete", f"{table}_no_update"]
    else:
        with pytest.raises(sa.exc.DatabaseError, match="append-only"):
            db.session.execute(sa.text(f"TRUNCATE {table} CASCADE"))
        db.session.rollback()


def token(account: Account, at: dt.datetime) -> AccountToken:
    """A row with instants."""
    return AccountToken(account_id=account.id, purpose=TokenPurpose.RESET, token_hash="x", created_at=at, expires_at=at)


def test_an_instant_without_a_zone_is_refused(app: Flask) -> None:
    db.session.add(token(make_account(), dt.datetime(2026, 11, 20, 9, 0)))  # noqa: DTZ001 -- the point
    with pytest.raises(sa.exc.StatementError, match="needs a time zone"):
        db.session.flush()
    db.session.rollback()


def test_an_instant_comes_back_aware_and_in_utc(app: Flask) -> None:
    nairobi = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    row = token(make_account(), nairobi)
    db.session.add(row)
    db.session.commit()
    assert row.created_at == nairobi
    assert row.created_at.tzinfo is dt.UTC


def test_child_rows_need_their_parent(app: Flask, now: dt.datetime) -> None:
    row = token(make_account(), now)
    row.account_id = 999_999
    db.session.add(row)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_aggregated_rows_come_back_sorted(app: Flask) -> None:
    ids = [make_account().id for _ in range(3)]
    text = db.session.scalar(sa.select(aggregate_rows(Account.id, Account.locale, where=Account.id.in_(ids))))
    assert split_rows(text) == sorted((str(number), "en") for number in ids)
    assert split_rows(None) == []


def test_a_plain_read_waits_for_no_writer(app: Flask, sqlite_only: None) -> None:
    def reads() -> int:
        with app.test_request_context("/"), db.engine.connect() as connection:
            return int(connection.scalar(sa.text("SELECT count(*) FROM country")) or 0)

    with db.engine.begin() as writer:
        writer.exec_driver_sql("DELETE FROM form_submission")
        seen: list[int] = []
        act: Callable[[], None] = lambda: seen.append(with_context(app, reads))  # noqa: E731
        thread = threading.Thread(target=act)
        thread.start()
        thread.join(5)
        assert seen
        assert seen[0] > 0


def with_context(app: Flask, act: Callable[[], int]) -> int:
    """Call `act` in an application context of its own."""
    with app.app_context():
        return act()
