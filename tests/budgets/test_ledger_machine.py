"""State machine test of the ledger against a plain model (docs/invariants.md, I1 to I4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_programme
from volunteer_hub.budgets import queries, service
from volunteer_hub.budgets.models import Allocation, Fund, Journal, LedgerEntry, Reservation
from volunteer_hub.budgets.states import JournalKind, ReservationState
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.core.money import Money

AMOUNTS = st.integers(min_value=1, max_value=300)
PICK = st.integers(min_value=0, max_value=50)


@dataclass
class AllocationModel:
    """The model of an allocation."""

    amount: int
    reserved: int = 0
    spent: int = 0

    @property
    def available(self) -> int:
        return self.amount - self.reserved - self.spent


class Ledger(RuleBasedStateMachine):
    """Runs the same movements on the service and on a model of a few integers."""

    actor: Any = None
    programme: Any = None

    def __init__(self) -> None:
        super().__init__()
        for table in ("reservation", "allocation", "fund"):
            assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608
        self.received = 0
        self.allocations: dict[int, AllocationModel] = {}
        self.reservations: dict[int, tuple[int, int]] = {}
        self.ended: list[int] = []
        self.lines: dict[int, tuple[Any, ...]] = {}
        self.number = 0

    def teardown(self) -> None:
        db.session.rollback()

    def purpose(self) -> str:
        self.number += 1
        return f"claim:{self.number}"

    def as_actor(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": clock.now()}

    @property
    def fund(self) -> Fund:
        return db.session.scalars(sa.select(Fund)).one()

    @property
    def fund_available(self) -> int:
        return self.received - sum(allocation.amount for allocation in self.allocations.values())

    def expect(self, allowed: bool, act: Any) -> Any:
        """Run `act` in a savepoint: it must succeed exactly when the model allows it, and a refusal changes nothing."""
        savepoint = db.session.begin_nested()
        try:
            result = act()
        except DomainError:
            savepoint.rollback()
            assert not allowed
            return None
        savepoint.commit()
        assert allowed
        return result

    def one_of(self, rows: Any, pick: int) -> Any:
        return sorted(rows)[pick % len(rows)]

    @rule(amount=AMOUNTS)
    def receive(self, amount: int) -> None:
        service.receive(self.programme, Money(amount, "GBP"), purpose="Instalment", **self.as_actor())
        self.received += amount

    @rule(amount=st.integers(max_value=0))
    def amounts_that_are_not_positive_are_refused(self, amount: int) -> None:
        self.expect(
            False, lambda: service.receive(self.programme, Money(amount, "GBP"), purpose="x", **self.as_actor())
        )

    @precondition(lambda self: self.received)
    @rule(amount=AMOUNTS)
    def allocate(self, amount: int) -> None:
        row = self.expect(
            amount <= self.fund_available,
            lambda: service.allocate(self.fund, amount, purpose=self.purpose(), **self.as_actor()),
        )
        if row:
            self.allocations[row.id] = AllocationModel(amount)

    @precondition(lambda self: self.allocations)
    @rule(pick=PICK, amount=AMOUNTS)
    def reserve(self, pick: int, amount: int) -> None:
        key = self.one_of(self.allocations, pick)
        row = self.expect(
            amount <= self.allocations[key].available,
            lambda: service.reserve(
                db.session.get_one(Allocation, key), amount, purpose=self.purpose(), **self.as_actor()
            ),
        )
        if row:
            self.allocations[key].reserved += amount
            self.reservations[row.id] = (key, amount)

    @precondition(lambda self: self.reservations)
    @rule(pick=PICK, amount=AMOUNTS)
    def post(self, pick: int, amount: int) -> None:
        key = self.one_of(self.reservations, pick)
        allocation, reserved = self.reservations[key]
        reservation = db.session.get_one(Reservation, key)
        self.expect(amount <= reserved, lambda: service.post(reservation, amount, **self.as_actor()))
        if amount <= reserved:
            self.allocations[allocation].reserved -= reserved
            self.allocations[allocation].spent += amount
            self.ended.append(key)
            del self.reservations[key]

    @precondition(lambda self: self.reservations)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        key = self.one_of(self.reservations, pick)
        service.release(db.session.get_one(Reservation, key), **self.as_actor())
        allocation, reserved = self.reservations.pop(key)
        self.allocations[allocation].reserved -= reserved
        self.ended.append(key)

    @precondition(lambda self: self.ended)
    @rule(pick=PICK, spend=st.booleans())
    def a_reservation_ends_once(self, pick: int, spend: bool) -> None:
        reservation = db.session.get_one(Reservation, self.one_of(self.ended, pick))
        end = (lambda: service.post(reservation, 1, **self.as_actor())) if spend else None
        self.expect(False, end or (lambda: service.release(reservation, **self.as_actor())))

    @precondition(lambda self: self.allocations)
    @rule(pick=PICK)
    def return_unspent(self, pick: int) -> None:
        key = self.one_of(self.allocations, pick)
        returned = service.return_unspent(db.session.get_one(Allocation, key), **self.as_actor())
        assert returned == self.allocations[key].available
        self.allocations[key].amount -= returned

    @precondition(lambda self: self.received)
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        journals = db.session.scalars(sa.select(Journal).order_by(Journal.id)).all()
        journal = journals[pick % len(journals)]
        undo = self._mirror(journal)
        row = self.expect(undo is not None, lambda: service.reverse(journal, **self.as_actor()))
        if row and undo:
            assert row.reverses_id == journal.id
            undo()
            self.expect(False, lambda: service.reverse(journal, **self.as_actor()))

    def _mirror(self, journal: Journal) -> Any:
        """Return what a reversal of `journal` does to the model, or None if it must be refused."""
        if journal.kind in {JournalKind.RESERVE, JournalKind.RELEASE, JournalKind.REVERSE}:
            return None
        if db.session.scalar(sa.select(Journal.id).where(Journal.reverses_id == journal.id)):
            return None
        amounts = {(e.account.kind.value): e.amount_minor for e in journal.entries}
        key = next((e.account.allocation_id for e in journal.entries if e.account.allocation_id), None)
        if journal.kind is JournalKind.RECEIVE:
            amount = amounts["fund"]
            return (lambda: self._add_received(-amount)) if amount <= self.fund_available else None
        allocation = self.allocations[key or 0]
        if journal.kind is JournalKind.POST:
            return lambda: setattr(allocation, "spent", allocation.spent - amounts["spent"])
        back = amounts["allocation"]
        possible = back <= allocation.available if back > 0 else -back <= self.fund_available
        return (lambda: setattr(allocation, "amount", allocation.amount - back)) if possible else None

    def _add_received(self, amount: int) -> None:
        self.received += amount

    @invariant()
    def counters_equal_the_model(self) -> None:
        if not self.received and not self.allocations:
            return
        db.session.expire_all()
        allocated = sum(allocation.amount for allocation in self.allocations.values())
        assert (self.fund.received_minor, self.fund.allocated_minor) == (self.received, allocated)
        for row in db.session.scalars(sa.select(Allocation)):
            allocation = self.allocations[row.id]
            assert (row.amount_minor, row.reserved_minor, row.posted_minor) == (
                allocation.amount,
                allocation.reserved,
                allocation.spent,
            )
            assert row.posted_minor + row.reserved_minor <= row.amount_minor

    @invariant()
    def the_ledger_balances(self) -> None:
        assert list(queries.list_faults()) == []
        assert (db.session.scalar(sa.select(sa.func.sum(LedgerEntry.amount_minor))) or 0) == 0

    @invariant()
    def earlier_entries_stay_unchanged(self) -> None:
        rows = db.session.execute(
            sa.select(LedgerEntry.id, LedgerEntry.journal_id, LedgerEntry.account_id, LedgerEntry.amount_minor)
        )
        now = {row[0]: tuple(row) for row in rows}
        assert self.lines.items() <= now.items()
        self.lines = now

    @invariant()
    def active_reservations_are_those_of_the_model(self) -> None:
        active = sa.select(Reservation.id).where(Reservation.state == ReservationState.ACTIVE)
        assert set(db.session.scalars(active)) == set(self.reservations)


@pytest.mark.parametrize("steps", [25])
def test_the_ledger_balances_after_any_order_of_movements(app: Flask, steps: int) -> None:
    Ledger.actor = viewer_of(make_account(Role.FINANCE))
    Ledger.programme = make_programme()
    db.session.commit()
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_second_ending_of_a_reservation_moves_no_money(app: Flask) -> None:
    actor, now = viewer_of(make_account(Role.FINANCE)), clock.now()
    fund = service.receive(make_programme(), Money(100, "GBP"), purpose="x", actor=actor, now=now)
    allocation = service.allocate(fund, 50, purpose="p", actor=actor, now=now)
    reservation = service.reserve(allocation, 20, purpose="claim", actor=actor, now=now)
    service.post(reservation, 15, actor=actor, now=now)
    with pytest.raises(Conflict):
        service.release(reservation, actor=actor, now=now)
    db.session.rollback()
