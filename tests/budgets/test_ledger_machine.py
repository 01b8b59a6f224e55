"""Any order of movements keeps the ledger whole: I1 to I4 against a plain model (trust.md T1)."""

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
class Aside:
    """The model of an allocation."""

    amount: int
    held: int = 0
    spent: int = 0

    @property
    def free(self) -> int:
        return self.amount - self.held - self.spent


class Ledger(RuleBasedStateMachine):
    """The service on one side, a few integers on the other."""

    actor: Any = None
    programme: Any = None

    def __init__(self) -> None:
        super().__init__()
        for table in ("reservation", "allocation", "fund"):
            assert db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608
        self.received = 0
        self.aside: dict[int, Aside] = {}
        self.held: dict[int, tuple[int, int]] = {}
        self.ended: list[int] = []
        self.lines: dict[int, tuple[Any, ...]] = {}
        self.number = 0

    def teardown(self) -> None:
        db.session.rollback()

    def purpose(self) -> str:
        self.number += 1
        return f"claim:{self.number}"

    def told(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": clock.now()}

    @property
    def fund(self) -> Fund:
        return db.session.scalars(sa.select(Fund)).one()

    @property
    def fund_free(self) -> int:
        return self.received - sum(one.amount for one in self.aside.values())

    def expect(self, allowed: bool, act: Any) -> Any:
        """Do it in a savepoint: it works exactly when the model says so, and a refusal leaves nothing behind."""
        savepoint = db.session.begin_nested()
        try:
            done = act()
        except DomainError:
            savepoint.rollback()
            assert not allowed
            return None
        savepoint.commit()
        assert allowed
        return done

    def one_of(self, rows: Any, pick: int) -> Any:
        return sorted(rows)[pick % len(rows)]

    @rule(amount=AMOUNTS)
    def receive(self, amount: int) -> None:
        service.receive(self.programme, Money(amount, "GBP"), purpose="Instalment", **self.told())
        self.received += amount

    @rule(amount=st.integers(max_value=0))
    def nothing_moves_nothing(self, amount: int) -> None:
        self.expect(False, lambda: service.receive(self.programme, Money(amount, "GBP"), purpose="x", **self.told()))

    @precondition(lambda self: self.received)
    @rule(amount=AMOUNTS)
    def allocate(self, amount: int) -> None:
        done = self.expect(
            amount <= self.fund_free,
            lambda: service.allocate(self.fund, amount, purpose=self.purpose(), **self.told()),
        )
        if done:
            self.aside[done.id] = Aside(amount)

    @precondition(lambda self: self.aside)
    @rule(pick=PICK, amount=AMOUNTS)
    def reserve(self, pick: int, amount: int) -> None:
        key = self.one_of(self.aside, pick)
        done = self.expect(
            amount <= self.aside[key].free,
            lambda: service.reserve(db.session.get_one(Allocation, key), amount, purpose=self.purpose(), **self.told()),
        )
        if done:
            self.aside[key].held += amount
            self.held[done.id] = (key, amount)

    @precondition(lambda self: self.held)
    @rule(pick=PICK, amount=AMOUNTS)
    def post(self, pick: int, amount: int) -> None:
        key = self.one_of(self.held, pick)
        allocation, held = self.held[key]
        reservation = db.session.get_one(Reservation, key)
        self.expect(amount <= held, lambda: service.post(reservation, amount, **self.told()))
        if amount <= held:
            self.aside[allocation].held -= held
            self.aside[allocation].spent += amount
            self.ended.append(key)
            del self.held[key]

    @precondition(lambda self: self.held)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        key = self.one_of(self.held, pick)
        service.release(db.session.get_one(Reservation, key), **self.told())
        allocation, held = self.held.pop(key)
        self.aside[allocation].held -= held
        self.ended.append(key)

    @precondition(lambda self: self.ended)
    @rule(pick=PICK, spend=st.booleans())
    def a_reservation_ends_once(self, pick: int, spend: bool) -> None:
        reservation = db.session.get_one(Reservation, self.one_of(self.ended, pick))
        end = (lambda: service.post(reservation, 1, **self.told())) if spend else None
        self.expect(False, end or (lambda: service.release(reservation, **self.told())))

    @precondition(lambda self: self.aside)
    @rule(pick=PICK)
    def return_unspent(self, pick: int) -> None:
        key = self.one_of(self.aside, pick)
        returned = service.return_unspent(db.session.get_one(Allocation, key), **self.told())
        assert returned == self.aside[key].free
        self.aside[key].amount -= returned

    @precondition(lambda self: self.received)
    @rule(pick=PICK)
    def reverse(self, pick: int) -> None:
        journals = db.session.scalars(sa.select(Journal).order_by(Journal.id)).all()
        journal = journals[pick % len(journals)]
        undo = self._mirror(journal)
        done = self.expect(undo is not None, lambda: service.reverse(journal, **self.told()))
        if done and undo:
            assert done.reverses_id == journal.id
            undo()
            self.expect(False, lambda: service.reverse(journal, **self.told()))

    def _mirror(self, journal: Journal) -> Any:
        """What the model does when `journal` is undone, None where that must be refused."""
        if journal.kind in {JournalKind.RESERVE, JournalKind.RELEASE, JournalKind.REVERSE}:
            return None
        if db.session.scalar(sa.select(Journal.id).where(Journal.reverses_id == journal.id)):
            return None
        amounts = {(e.account.kind.value): e.amount_minor for e in journal.entries}
        key = next((e.account.allocation_id for e in journal.entries if e.account.allocation_id), None)
        if journal.kind is JournalKind.RECEIVE:
            amount = amounts["fund"]
            return (lambda: self._received(-amount)) if amount <= self.fund_free else None
        one = self.aside[key or 0]
        if journal.kind is JournalKind.POST:
            return lambda: setattr(one, "spent", one.spent - amounts["spent"])
        back = amounts["allocation"]
        possible = back <= one.free if back > 0 else -back <= self.fund_free
        return (lambda: setattr(one, "amount", one.amount - back)) if possible else None

    def _received(self, amount: int) -> None:
        self.received += amount

    @invariant()
    def counters_are_the_model(self) -> None:
        if not self.received and not self.aside:
            return
        db.session.expire_all()
        aside = sum(one.amount for one in self.aside.values())
        assert (self.fund.received_minor, self.fund.allocated_minor) == (self.received, aside)
        for row in db.session.scalars(sa.select(Allocation)):
            one = self.aside[row.id]
            assert (row.amount_minor, row.reserved_minor, row.posted_minor) == (one.amount, one.held, one.spent)
            assert row.posted_minor + row.reserved_minor <= row.amount_minor

    @invariant()
    def the_ledger_is_whole(self) -> None:
        assert list(queries.list_faults()) == []
        assert (db.session.scalar(sa.select(sa.func.sum(LedgerEntry.amount_minor))) or 0) == 0

    @invariant()
    def the_past_stays(self) -> None:
        rows = db.session.execute(
            sa.select(LedgerEntry.id, LedgerEntry.journal_id, LedgerEntry.account_id, LedgerEntry.amount_minor)
        )
        now = {row[0]: tuple(row) for row in rows}
        assert self.lines.items() <= now.items()
        self.lines = now

    @invariant()
    def what_is_held_is_what_reservations_hold(self) -> None:
        held = sa.select(Reservation.id).where(Reservation.state == ReservationState.ACTIVE)
        assert set(db.session.scalars(held)) == set(self.held)


@pytest.mark.parametrize("steps", [25])
def test_any_order_of_movements_keeps_the_ledger_whole(app: Flask, steps: int) -> None:
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


def test_a_rivals_ending_of_a_reservation_moves_no_money(app: Flask) -> None:
    actor, now = viewer_of(make_account(Role.FINANCE)), clock.now()
    fund = service.receive(make_programme(), Money(100, "GBP"), purpose="x", actor=actor, now=now)
    allocation = service.allocate(fund, 50, purpose="p", actor=actor, now=now)
    reservation = service.reserve(allocation, 20, purpose="claim", actor=actor, now=now)
    service.post(reservation, 15, actor=actor, now=now)
    with pytest.raises(Conflict):
        service.release(reservation, actor=actor, now=now)
    db.session.rollback()
