"""The same e-mail queued concurrently: one row, and no transaction loses its own work (docs/invariants.md, I10)."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.race import race
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue

pytestmark = pytest.mark.race
RIVALS, ROUNDS = 8, 10


def act(account_id: int, now: dt.datetime) -> bool:
    """Write an audit entry and queue the e-mail about it. Returns whether the e-mail was new."""
    account = db.session.get_one(Account, account_id)
    audit.record("account.details_changed", account, actor=None, now=now)
    return queue("password_changed", as_recipient(account), account, now=now) is not None


def row_counts() -> tuple[int, int]:
    """Return the number of e-mails and of audit entries."""
    db.session.rollback()
    return tuple(db.session.scalar(sa.select(sa.func.count(key))) or 0 for key in (OutboxMail.id, AuditEntry.sequence))  # type: ignore[return-value]


def test_of_many_transactions_one_queues_the_e_mail(app: Flask, now: dt.datetime) -> None:
    for number in range(1, ROUNDS + 1):
        account_id = make_account().id

        def run(_rival: int, account_id: int = account_id) -> bool:
            queued = act(account_id, now)
            db.session.commit()
            return queued

        assert sum(race(app, run, rivals=RIVALS)) == 1
        assert row_counts() == (number, number * RIVALS)


def test_a_transaction_that_read_before_its_rivals_commit_loses_nothing(app: Flask, now: dt.datetime) -> None:
    """Forces the worst case: the second transaction has read that there is no row, and then waits for the first."""
    account_id = make_account().id
    begun = threading.Event()

    def second() -> Any:
        with app.app_context():
            begun.set()
            queued = act(account_id, now)
            db.session.commit()
            db.session.remove()
            return queued

    with ThreadPoolExecutor(1) as pool:
        assert act(account_id, now)
        waiting = pool.submit(second)
        begun.wait(10)
        threading.Event().wait(0.5)
        assert not waiting.done()
        db.session.commit()
        assert waiting.result(20) is False
    assert row_counts() == (1, 2)
