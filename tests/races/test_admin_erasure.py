"""Races between erasures of administrators; a hook forces each order. For PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.race import race
from volunteer_hub.accounts import queries
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.privacy import service as privacy
from volunteer_hub.privacy.service import erasure

LIFE = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def only_postgresql(backend: str) -> None:
    if backend != "postgresql":
        pytest.skip("SQLite serialises writes")


def test_the_last_two_administrators_cannot_be_erased_at_once(app: Flask, now: dt.datetime) -> None:
    one, two = make_account(Role.ADMIN), make_account(Role.ADMIN)
    ids = [one.id, two.id]
    gate = threading.Barrier(2)
    real = erasure._close_account

    def slow(*args: Any, **kwargs: Any) -> None:
        gate.wait(2)
        real(*args, **kwargs)

    erasure._close_account = slow
    try:

        def act(number: int) -> bool:
            try:
                privacy.erase(queries.get_account(ids[number]), actor=None, now=now)
                db.session.commit()
                return True
            except (Conflict, DomainError, threading.BrokenBarrierError, sa.exc.DBAPIError):
                db.session.rollback()
                return False

        done = race(app, act, rivals=2)
    finally:
        erasure._close_account = real
    assert sum(done) < 2
