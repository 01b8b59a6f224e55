"""Each test starts with the same database, whatever the previous test did."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_request
from tests.support import postgres_reset
from tests.support.database import Database
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.core.throttle import Throttle
from volunteer_hub.institutions.models import Country, Institution


def state() -> dict[str, list[str]]:
    """Every row of every table."""
    tables = db.metadata.sorted_tables
    return {table.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table))) for table in tables}


def change_a_row(_: str) -> None:
    db.session.execute(sa.update(Institution).values(town="Elsewhere").where(Institution.id == first()))


def first() -> int:
    """The number of an institution that the reference data brings."""
    return int(db.session.scalar(sa.select(sa.func.min(Institution.id))) or 0)


def drop_a_row(_: str) -> None:
    db.session.execute(sa.delete(Institution).where(Institution.id == first()))


def change_nothing(_: str) -> None:
    db.session.execute(sa.update(Country).values(name=Country.name))


def drop_the_triggers(backend: str) -> None:
    """Drop the triggers as the tests of the audit log do."""
    make_request()
    if backend == "postgresql":
        db.session.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    else:
        db.session.execute(sa.text("DROP TRIGGER audit_entry_no_delete"))
    db.session.execute(sa.text("DELETE FROM audit_note"))


CHANGES: dict[str, Any] = {
    "rows are added": lambda _: make_request(),
    "a row is changed": change_a_row,
    "a row goes": drop_a_row,
    "a row is written as it was": change_nothing,
    "the triggers go": drop_the_triggers,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_test_wrote_is_undone_for_the_next(app: Flask, database: Database, backend: str, change: str) -> None:
    before = state()
    CHANGES[change](backend)
    db.session.commit()
    reset_between_tests(database)
    assert state() == before
    assert (make_account().id, make_request().id) == (1, 1)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.delete(AuditEntry))
    reset_between_tests(database)
    assert state() == before


def reset_between_tests(database: Database) -> None:
    """Do what happens between two tests."""
    db.session.remove()
    database.release_connections(db.engine)
    database.reset(db.engine)


def test_connection_left_open_by_a_test_is_closed(app: Flask, database: Database) -> None:
    if not database.server:
        pytest.skip("a SQLite file is another file in the next test")
    left = db.engine.connect()
    make_account()
    left.execute(sa.select(Account).with_for_update())
    reset_between_tests(database)
    with pytest.raises(sa.exc.OperationalError):
        left.execute(sa.select(1))
    left.invalidate()
    left.close()
    assert db.session.scalars(sa.select(Account)).all() == []


def test_database_is_recreated_after_many_writes(app: Flask, database: Database, clock: Any) -> None:
    if not database.snapshot:
        pytest.skip("a SQLite file, or a database on a server that is not ours, is made anew each time")
    clean_before = database.snapshot
    make_account()
    reset_between_tests(database)
    assert database.snapshot is clean_before
    rows = [{"key": str(one), "count": 1, "expires_at": clock()} for one in range(postgres_reset.MAX_DELETED_ROWS + 1)]
    db.session.execute(sa.insert(Throttle), rows)
    db.session.commit()
    reset_between_tests(database)
    assert database.snapshot is not clean_before
