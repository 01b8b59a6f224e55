"""Constraints and triggers of the database that hold without the service (docs/invariants.md, I1 to I3)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.placements import make_fund
from volunteer_hub.budgets import commands, queries, rules, service
from volunteer_hub.budgets.models import Allocation, Fund, Journal
from volunteer_hub.budgets.rules import LedgerLine
from volunteer_hub.budgets.states import LedgerKind
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict


@pytest.mark.parametrize("table", ["journal", "ledger_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_ledger_is_append_only(app: Flask, table: str, statement: str) -> None:
    make_fund()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(statement.format(table)))


def test_ledger_row_cannot_be_replaced(app: Flask, backend: str) -> None:
    make_fund()
    if backend == "sqlite":
        statement = (
            "INSERT OR REPLACE INTO ledger_entry SELECT id, journal_id, account_id, 1, currency FROM ledger_entry"
        )
    else:
        statement = "TRUNCATE ledger_entry"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(statement))


def test_postgresql_refuses_a_movement_that_does_not_balance(app: Flask, backend: str) -> None:
    fund = make_fund()
    account = db.session.scalar(sa.text("SELECT min(id) FROM ledger_account"))
    db.session.execute(
        sa.text("INSERT INTO journal (fund_id, kind, purpose, at) VALUES (:fund, 'receive', 'x', '2026-11-20')"),
        {"fund": fund.id},
    )
    journal = db.session.scalar(sa.text("SELECT max(id) FROM journal"))
    insert = sa.text(
        "INSERT INTO ledger_entry (journal_id, account_id, amount_minor, currency) VALUES (:j, :a, 5, 'GBP')"
    )
    db.session.execute(insert, {"j": journal, "a": account})
    if backend == "postgresql":
        with pytest.raises(sa.exc.DBAPIError, match="does not balance"):
            db.session.commit()
        db.session.rollback()
    else:
        assert f"movement {journal} does not balance" in list(queries.list_faults())


@pytest.mark.parametrize("values", [{"allocated_minor": 1_000_001}, {"allocated_minor": -1}, {"received_minor": -1}])
def test_fund_cannot_be_overspent_by_sql(app: Flask, values: dict[str, int]) -> None:
    make_fund(minor=1_000_000)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Fund).values(**values))


@pytest.mark.parametrize("values", [{"posted_minor": 101}, {"reserved_minor": 101}, {"reserved_minor": -1}])
def test_allocation_cannot_be_overspent_by_sql(app: Flask, values: dict[str, int]) -> None:
    service.allocate(make_fund(), 100, purpose="p", actor=None, now=clock.now())
    db.session.commit()
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Allocation).values(**values))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [LedgerLine(LedgerKind.FUND, 0), LedgerLine(LedgerKind.FUNDER, 0)],
        [LedgerLine(LedgerKind.FUND, 5)],
        [LedgerLine(LedgerKind.FUND, 5), LedgerLine(LedgerKind.FUNDER, -4)],
    ],
)
def test_lines_that_do_not_balance_are_refused(lines: list[LedgerLine]) -> None:
    with pytest.raises(ValueError, match=r"lines|zero"):
        rules.check_lines(lines)


def test_verify_reports_faults_and_fails(app: Flask) -> None:
    fund = make_fund()
    runner = app.test_cli_runner()
    assert runner.invoke(commands.ledger, ["verify"]).exit_code == 0
    db.session.execute(sa.update(Fund).values(received_minor=Fund.received_minor + 1))
    db.session.commit()
    result: Any = runner.invoke(commands.ledger, ["verify"])
    assert result.exit_code == 1
    assert f"fund {fund.id}" in result.output


def test_movements_of_a_reservation_cannot_be_reversed(app: Flask) -> None:
    actor = viewer_of(make_account(Role.FINANCE))
    allocation = service.allocate(make_fund(), 100, purpose="p", actor=actor, now=clock.now())
    service.reserve(allocation, 40, purpose="claim:1", actor=actor, now=clock.now())
    journal = db.session.scalars(sa.select(Journal).order_by(Journal.id.desc())).first()
    assert journal is not None
    with pytest.raises(Conflict, match="reservation"):
        service.reverse(journal, actor=actor, now=clock.now())


def test_reversed_spending_is_available_in_its_allocation_again(app: Flask) -> None:
    actor = viewer_of(make_account(Role.FINANCE))
    allocation = service.allocate(make_fund(), 100, purpose="p", actor=actor, now=clock.now())
    reservation = service.reserve(allocation, 40, purpose="claim:1", actor=actor, now=clock.now())
    service.post(reservation, 25, actor=actor, now=clock.now())
    journal = db.session.scalars(sa.select(Journal).order_by(Journal.id.desc())).first()
    assert journal is not None
    service.reverse(journal, actor=actor, now=clock.now())
    db.session.commit()
    assert (allocation.reserved_minor, allocation.posted_minor, allocation.available_minor) == (0, 0, 100)
    assert list(queries.list_faults()) == []
