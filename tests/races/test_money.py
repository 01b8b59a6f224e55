"""Fifty concurrent allocations from one fund (docs/invariants.md, I3), and a control that overspends."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.factories.partner_requests import make_programme
from tests.factories.placements import make_fund
from tests.support.race import race
from volunteer_hub.budgets import queries, service
from volunteer_hub.budgets.models import Fund
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.money import Money
from volunteer_hub.programmes import queries as programmes

pytestmark = pytest.mark.race
RIVALS, ROUNDS, FREE, EACH = 50, 20, 100_00, 10_00


def test_of_fifty_rivals_exactly_ten_get_money_that_is_enough_for_ten(app: Flask) -> None:
    for round_number in range(ROUNDS):
        fund_id = make_fund(minor=FREE).id
        assert _race_for(app, fund_id, round_number) == FREE // EACH
        fund = db.session.get_one(Fund, fund_id)
        assert (fund.allocated_minor, fund.available_minor) == (FREE, 0)
    assert list(queries.list_faults()) == []


def _race_for(app: Flask, fund_id: int, round_number: int) -> int:
    def allocate(number: int) -> bool:
        try:
            fund = queries.get_fund(fund_id)
            service.allocate(fund, EACH, purpose=f"race:{round_number}:{number}", actor=None, now=clock.now())
            db.session.commit()
        except DomainError:
            db.session.rollback()
            return False
        return True

    return sum(race(app, allocate, rivals=RIVALS))


def test_control_sum_then_insert_overspends(app: Flask, database: Any) -> None:
    """Sum the allocations, wait, then insert, with the driver's own transactions."""
    fund_id = make_fund(minor=FREE).id
    gate = threading.Barrier(RIVALS)

    def connect() -> Any:
        if database.server:
            return psycopg.connect(database.url.replace("+psycopg", ""))
        return sqlite3.connect(database.path, timeout=20)

    def naive(number: int) -> bool:
        connection = connect()
        try:
            gate.wait(30)
            summed = f"SELECT COALESCE(SUM(amount_minor), 0) FROM allocation WHERE fund_id = {fund_id}"  # noqa: S608
            if connection.execute(summed).fetchone()[0] + EACH > FREE:
                return False
            gate.wait(30)  # all have read before any inserts: the worst interleaving
            values = f"({fund_id}, 'naive:{number}', 'GBP', {EACH}, 0, 0, '2026-11-20')"
            columns = "fund_id, purpose, currency, amount_minor, reserved_minor, posted_minor, created_at"
            connection.execute(f"INSERT INTO allocation ({columns}) VALUES {values}")  # noqa: S608
            connection.commit()
            return True
        finally:
            connection.close()

    assert sum(race(app, naive, rivals=RIVALS)) * EACH > FREE


def test_the_first_money_booked_twice_at_once_makes_one_fund(app: Flask) -> None:
    programme_id = make_programme().id

    def book(_number: int) -> None:
        service.receive(
            programmes.get_programme(programme_id),
            Money(EACH, "GBP"),
            purpose="Instalment",
            actor=None,
            now=clock.now(),
        )
        db.session.commit()

    race(app, book, rivals=8)
    fund = queries.find_fund(programme_id, "GBP")
    assert fund is not None
    assert fund.received_minor == 8 * EACH
    assert list(queries.list_faults()) == []
