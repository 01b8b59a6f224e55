"""Funds, allocations, reservations and the ledger. Amounts are integers in minor units (pence, cents)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.budgets.states import FIRST, MOVES, JournalKind, LedgerKind, ReservationState
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.programmes.models import Programme


class Fund(Model):
    """A programme's money in one currency: the amount received, and how much of it is allocated."""

    __tablename__ = "fund"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "currency"),
        sa.CheckConstraint("allocated_minor >= 0 AND allocated_minor <= received_minor", name="not_overspent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    received_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    allocated_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    programme: Mapped[Programme] = relationship()

    @property
    def available_minor(self) -> int:
        """Return what can still be allocated."""
        return self.received_minor - self.allocated_minor


class Allocation(Model):
    """Money set aside for one placement.

    `posted_minor + reserved_minor <= amount_minor` holds at every commit (docs/invariants.md, I3).
    """

    __tablename__ = "allocation"
    __table_args__ = (
        sa.CheckConstraint(
            "reserved_minor >= 0 AND posted_minor >= 0 AND posted_minor + reserved_minor <= amount_minor",
            name="not_overspent",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    purpose: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reserved_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    posted_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    created_at: Mapped[dt.datetime]

    fund: Mapped[Fund] = relationship()

    @property
    def available_minor(self) -> int:
        """Return what can still be reserved."""
        return self.amount_minor - self.reserved_minor - self.posted_minor


class Reservation(Model):
    """Money reserved for one claim; it ends exactly once (docs/invariants.md, I4)."""

    __tablename__ = "reservation"
    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("posted_minor >= 0 AND posted_minor <= amount_minor", name="posted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    allocation_id: Mapped[int] = mapped_column(sa.ForeignKey("allocation.id"), index=True)
    purpose: Mapped[str] = mapped_column(unique=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    posted_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    state: Mapped[ReservationState] = mapped_column(choice_type(ReservationState))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    allocation: Mapped[Allocation] = relationship()

    __mapper_args__ = {"version_id_col": version}


class LedgerAccount(Model):
    """An account of the ledger: of a fund, or of one of its allocations."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        sa.Index("uq_ledger_account_fund", "fund_id", "kind", unique=True,
                 sqlite_where=sa.text("allocation_id IS NULL"), postgresql_where=sa.text("allocation_id IS NULL")),
        sa.Index("uq_ledger_account_allocation", "allocation_id", "kind", unique=True),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    allocation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("allocation.id"))
    kind: Mapped[LedgerKind] = mapped_column(choice_type(LedgerKind))


class Journal(Model):
    """One movement of money. It is never changed: a mistake is corrected by a reversal that refers to it."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(primary_key=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    kind: Mapped[JournalKind] = mapped_column(choice_type(JournalKind))
    purpose: Mapped[str]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("journal.id"), unique=True)

    entries: Mapped[list[LedgerEntry]] = relationship(order_by="LedgerEntry.id")


class LedgerEntry(Model):
    """One line of a movement: `amount_minor` is positive into the account, negative out of it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (sa.CheckConstraint("amount_minor <> 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(sa.ForeignKey("journal.id"), index=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_account.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))

    account: Mapped[LedgerAccount] = relationship()


guard(Reservation.state, ReservationState, MOVES, first=FIRST)
