"""Locks: of two deadlocked requests one gets a clear message, and jobs skip rows that are locked."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask, Response

from config import TestConfig
from tests.factories.accounts import make_account
from tests.factories.matching import make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.factories.volunteers import make_volunteer
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.app import create_app
from volunteer_hub.core.access import public
from volunteer_hub.core.db import db
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching import service as matching
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.volunteers import service as volunteers

pytestmark = pytest.mark.race
TIMEOUT = 20


@pytest.fixture(autouse=True)
def _row_locks(backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite locks the whole database, never a row")


@pytest.fixture
def app_with_deadlock(app: Flask, database: Any) -> Flask:
    """The service with one more page: it locks one account, waits for the other request, then locks another account."""
    served = create_app(
        TestConfig, SQLALCHEMY_DATABASE_URI=database.url, SQLALCHEMY_ENGINE_OPTIONS={"poolclass": sa.pool.NullPool}
    )
    gate = threading.Barrier(2)

    @public
    def cross(first: int, second: int) -> Response:
        for account_id in (first, second):
            db.session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update())
            if account_id == first:
                gate.wait(TIMEOUT)
        db.session.rollback()
        return Response("both are mine")

    served.add_url_rule("/cross/<id:first>/<id:second>", "cross", cross)
    return served


def test_of_two_deadlocked_requests_one_succeeds_and_the_other_gets_a_message(app_with_deadlock: Flask) -> None:
    one, two = make_account().id, make_account().id

    def visit(path: str) -> tuple[int, str]:
        reply = app_with_deadlock.test_client().get(path)
        return reply.status_code, reply.text

    with ThreadPoolExecutor(2) as pool:
        replies = sorted(pool.map(visit, [f"/cross/{one}/{two}", f"/cross/{two}/{one}"]))
    assert [status for status, _text in replies] == [200, 409]
    assert "Somebody was there before you" in replies[1][1]
    assert "Open it again to see how it stands." in replies[1][1]


@contextmanager
def lock_row(database: Any, table: str, row_id: int) -> Iterator[None]:
    """Lock a row on another connection until the block ends."""
    with psycopg.connect(database.url.replace("+psycopg", "")) as rival:
        rival.execute(f"SELECT id FROM {table} WHERE id = {row_id} FOR UPDATE".encode())  # noqa: S608 -- our own names
        yield


def run_beside(app: Flask, job: Callable[[dt.datetime], int], at: dt.datetime) -> int:
    """Run a job in a thread of its own and return its count. Fails when it waits for a lock."""

    def run() -> int:
        with app.app_context():
            done = job(at)
            db.session.commit()
            db.session.remove()
            return done

    db.session.commit()
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(run).result(TIMEOUT)
    finally:
        pool.shutdown(wait=False)


def make_lapsing_volunteer() -> int:
    """Create a ready volunteer whose checks expire within the year."""
    return make_volunteer().id


def make_active_placement() -> int:
    """Create an active placement, which ends long before the job runs."""
    return make_placement(state=PlacementState.ACTIVE).id


JOBS = {
    "invitations": (matching.expire_due, "match", lambda: make_match(state=MatchState.PROPOSED).id),
    "decisions": (matching.chase_overdue, "match", lambda: make_match().id),
    "requests": (requests.expire_overdue, "partner_request", lambda: make_request().id),
    "placements": (placements.complete_placements, "placement", make_active_placement),
    "readiness": (volunteers.expire_readiness, "volunteer", make_lapsing_volunteer),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_skips_a_locked_row(app: Flask, database: Any, clock: Any, name: str) -> None:
    job, table, make = JOBS[name]
    busy, _free = make(), make()
    late = clock.advance(days=400)
    with lock_row(database, table, busy):
        assert run_beside(app, job, late) == 1
    assert run_beside(app, job, late) == 1
    assert run_beside(app, job, late) == 0


def test_delivery_skips_an_e_mail_that_another_process_leases(
    app: Flask, database: Any, monkeypatch: pytest.MonkeyPatch, now: dt.datetime
) -> None:
    ids = []
    for _ in range(2):
        account = make_account()
        mail = queue("password_changed", as_recipient(account), account, now=now)
        assert mail is not None
        db.session.commit()
        ids.append(mail.id)
    monkeypatch.setitem(app.config, "SMTP_PORT", 1)  # no server listens: what was leased waits for the next try
    with lock_row(database, "outbox_mail", ids[0]):
        run_beside(app, deliver_due, now)
    rows = db.session.execute(sa.select(OutboxMail.id, OutboxMail.not_before)).tuples()
    assert {mail_id: not_before is not None for mail_id, not_before in rows} == {ids[0]: False, ids[1]: True}
    assert set(db.session.scalars(sa.select(OutboxMail.state))) == {MailState.QUEUED}
