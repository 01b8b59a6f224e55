"""Balances of the funds, and the allocations behind each amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from volunteer_hub.budgets.models import Allocation, Fund, Journal, LedgerEntry
from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.reports.states import MoneyState

HAS_MONEY = Allocation.amount_minor > 0
"""Leaves out the allocations of ended placements, whose money was returned to the fund."""


@dataclass(frozen=True)
class FundBalance:
    """One fund with the sums of its allocations, in minor units."""

    fund: Fund
    reserved_minor: int
    spent_minor: int

    @property
    def allocations_free_minor(self) -> int:
        """Return what is allocated to placements and neither reserved nor spent."""
        return self.fund.allocated_minor - self.reserved_minor - self.spent_minor


def list_fund_balances() -> list[FundBalance]:
    """Return the balance of every fund, the newest programme first; one query."""
    sums = (
        sa.select(
            Allocation.fund_id,
            sa.func.sum(Allocation.reserved_minor).label("reserved"),
            sa.func.sum(Allocation.posted_minor).label("spent"),
        )
        .group_by(Allocation.fund_id)
        .subquery()
    )
    statement = (
        sa.select(Fund, sa.func.coalesce(sums.c.reserved, 0), sa.func.coalesce(sums.c.spent, 0))
        .outerjoin(sums, sums.c.fund_id == Fund.id)
        .options(joinedload(Fund.programme))
        .order_by(Fund.programme_id.desc(), Fund.currency)
    )
    return [FundBalance(fund, int(reserved), int(spent)) for fund, reserved, spent in db.session.execute(statement)]


def _state() -> sa.ColumnElement[str]:
    """Return the SQL expression for the MoneyState of an allocation."""
    return sa.case(
        (Allocation.reserved_minor > 0, sa.literal(MoneyState.RESERVED.value, sa.Text)),
        (Allocation.posted_minor == 0, sa.literal(MoneyState.UNTOUCHED.value, sa.Text)),
        (Allocation.posted_minor < Allocation.amount_minor, sa.literal(MoneyState.PART_SPENT.value, sa.Text)),
        else_=sa.literal(MoneyState.SPENT.value, sa.Text),
    )


def count_allocations_by_state() -> dict[int, dict[MoneyState, tuple[int, int]]]:
    """Return (number, amount in minor units) of the allocations of each fund in each state, by fund id; one query."""
    state = _state().label("state")
    allocations = sa.select(Allocation.fund_id, Allocation.amount_minor, state).where(HAS_MONEY).subquery()
    statement = (
        sa.select(allocations.c.fund_id, allocations.c.state, sa.func.count(), sa.func.sum(allocations.c.amount_minor))
        .group_by(allocations.c.fund_id, allocations.c.state)
        .order_by(allocations.c.fund_id, allocations.c.state)
    )
    result: dict[int, dict[MoneyState, tuple[int, int]]] = {}
    for fund_id, code, number, minor in db.session.execute(statement):
        of_fund = result.setdefault(fund_id, dict.fromkeys(MoneyState, (0, 0)))
        of_fund[MoneyState(code)] = (number, int(minor))
    return result


def list_allocations(fund_id: int, state: MoneyState | None, key: str | None) -> paging.Page[Allocation]:
    """Return one page of a fund's allocations, the newest first, narrowed to `state` if given; one query per page."""
    statement = sa.select(Allocation).where(Allocation.fund_id == fund_id, HAS_MONEY)
    if state:
        statement = statement.where(_state() == state.value)
    statement = paging.after(statement, (Allocation.created_at, Allocation.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


def list_unfunded_programmes() -> Sequence[Programme]:
    """Return the active programmes that have received no money, the newest first; one query."""
    funded = sa.select(Fund.id).where(Fund.programme_id == Programme.id, Fund.received_minor > 0).exists()
    statement = sa.select(Programme).where(Programme.state == ProgrammeState.ACTIVE, ~funded)
    return db.session.scalars(statement.order_by(Programme.starts_on.desc(), Programme.id)).all()


def list_recent_journals(limit: int = 5) -> Sequence[sa.Row[tuple[Journal, Fund, int]]]:
    """Return (journal, fund, amount in minor units) of the latest journals of all funds, newest first; one query."""
    amount = (
        sa.select(sa.func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.journal_id == Journal.id, LedgerEntry.amount_minor > 0)
        .scalar_subquery()
    )
    statement = sa.select(Journal, Fund, amount).join(Fund, Fund.id == Journal.fund_id)
    return db.session.execute(statement.order_by(Journal.at.desc(), Journal.id.desc()).limit(limit)).all()
