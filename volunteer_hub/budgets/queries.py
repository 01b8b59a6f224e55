"""Queries on funds and the ledger, and the check that the counters agree with the entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from volunteer_hub.budgets.models import Allocation, Fund, Journal, LedgerAccount, LedgerEntry
from volunteer_hub.budgets.states import LedgerKind
from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound


def list_funds() -> Sequence[Fund]:
    """Return every fund with its programme, the newest programme first."""
    statement = sa.select(Fund).options(joinedload(Fund.programme)).order_by(Fund.programme_id.desc(), Fund.currency)
    return db.session.scalars(statement).all()


def get_fund(fund_id: int) -> Fund:
    """Return the fund with its programme. Raises NotFound."""
    fund = db.session.scalars(
        sa.select(Fund).where(Fund.id == fund_id).options(joinedload(Fund.programme))
    ).one_or_none()
    if fund is None:
        raise NotFound(_("There is no such fund."), code="fund_not_found")
    return fund


def find_fund(programme_id: int, currency: str) -> Fund | None:
    """Return the programme's fund in a currency, or None while no money has been received."""
    statement = sa.select(Fund).where(Fund.programme_id == programme_id, Fund.currency == currency)
    return db.session.scalars(statement).one_or_none()


def get_totals(fund_id: int) -> tuple[int, int]:
    """Return (reserved, spent) over all allocations of a fund, in minor units."""
    row = db.session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(Allocation.reserved_minor), 0),
            sa.func.coalesce(sa.func.sum(Allocation.posted_minor), 0),
        ).where(Allocation.fund_id == fund_id)
    ).one()
    return int(row[0]), int(row[1])


def list_journals(fund_id: int, key: str | None) -> paging.Page[Journal]:
    """Return one page of a fund's movements with their entries, the newest first."""
    statement = (
        sa.select(Journal)
        .where(Journal.fund_id == fund_id)
        .options(selectinload(Journal.entries).joinedload(LedgerEntry.account))
    )
    statement = paging.after(statement, (Journal.at, Journal.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.at, row.id) for row in rows])


def list_faults() -> Iterator[str]:
    """Yield a sentence for each movement that does not balance and each counter that is not its entries' sum."""
    unbalanced = (
        sa.select(LedgerEntry.journal_id)
        .group_by(LedgerEntry.journal_id, LedgerEntry.currency)
        .having(sa.or_(sa.func.sum(LedgerEntry.amount_minor) != 0, sa.func.count() < 2))
    )
    for journal_id in db.session.scalars(unbalanced.order_by(LedgerEntry.journal_id)):
        yield f"movement {journal_id} does not balance"
    for fund in db.session.scalars(sa.select(Fund).order_by(Fund.id)):
        sums = _sums(LedgerAccount.fund_id == fund.id)
        allocated = sums[LedgerKind.ALLOCATION] + sums[LedgerKind.RESERVED] + sums[LedgerKind.SPENT]
        if (fund.received_minor, fund.allocated_minor) != (-sums[LedgerKind.FUNDER], allocated):
            yield f"the counters of fund {fund.id} are not the sums of its entries"
    for allocation in db.session.scalars(sa.select(Allocation).order_by(Allocation.id)):
        sums = _sums(LedgerAccount.allocation_id == allocation.id)
        allocated = sums[LedgerKind.ALLOCATION] + sums[LedgerKind.RESERVED] + sums[LedgerKind.SPENT]
        counters = (allocation.amount_minor, allocation.reserved_minor, allocation.posted_minor)
        if counters != (allocated, sums[LedgerKind.RESERVED], sums[LedgerKind.SPENT]):
            yield f"the counters of allocation {allocation.id} are not the sums of its entries"


def _sums(where: sa.ColumnElement[bool]) -> dict[LedgerKind, int]:
    rows = db.session.execute(
        sa.select(LedgerAccount.kind, sa.func.sum(LedgerEntry.amount_minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(where)
        .group_by(LedgerAccount.kind)
    )
    return dict.fromkeys(LedgerKind, 0) | {kind: int(amount) for kind, amount in rows}
