"""Movements of money: receive, allocate, reserve, post, release, return, reverse. All are posted by `_move`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import queries, rules
from volunteer_hub.budgets.models import Allocation, Fund, Journal, LedgerAccount, LedgerEntry, Reservation
from volunteer_hub.budgets.rules import LedgerLine
from volunteer_hub.budgets.states import JournalKind, LedgerKind, ReservationState
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.core.money import Money
from volunteer_hub.programmes.models import Programme

K = LedgerKind
IRREVERSIBLE_KINDS = frozenset({JournalKind.RESERVE, JournalKind.RELEASE, JournalKind.REVERSE})


def receive(programme: Programme, amount: Money, *, purpose: str, actor: Viewer | None, now: dt.datetime) -> Fund:
    """Book money received from the funder. Returns the fund. Raises DomainError unless the amount is positive."""
    _require_positive(amount.minor)
    fund = queries.find_fund(programme.id, amount.currency)
    if fund is None:
        fund = _open_fund(programme, amount.currency)
    lines = [LedgerLine(K.FUNDER, -amount.minor), LedgerLine(K.FUND, amount.minor)]
    _move(JournalKind.RECEIVE, fund, None, lines, purpose=purpose, actor=actor, now=now)
    audit.record("fund.received", fund, actor=actor, now=now, amount=amount.minor, currency=amount.currency)
    return fund


def _open_fund(programme: Programme, currency: str) -> Fund:
    """Create the fund with the first receipt; a concurrent call that loses the race gets the other's row."""
    try:
        with db.session.begin_nested():
            fund = Fund(programme_id=programme.id, currency=currency, received_minor=0, allocated_minor=0)
            db.session.add(fund)
    except IntegrityError:
        existing = queries.find_fund(programme.id, currency)
        if existing is None:
            raise
        return existing
    return fund


def allocate(fund: Fund, amount_minor: int, *, purpose: str, actor: Viewer | None, now: dt.datetime) -> Allocation:
    """Allocate money of the fund to a purpose (`placement:12`), which is unique.

    Raises DomainError when the amount is not positive or the fund has not enough available.
    """
    _require_positive(amount_minor)
    allocation = Allocation(
        fund_id=fund.id,
        purpose=purpose,
        currency=fund.currency,
        amount_minor=0,
        reserved_minor=0,
        posted_minor=0,
        created_at=now,
    )
    db.session.add(allocation)
    db.session.flush()
    lines = [LedgerLine(K.FUND, -amount_minor), LedgerLine(K.ALLOCATION, amount_minor)]
    _move(JournalKind.ALLOCATE, fund, allocation, lines, purpose=purpose, actor=actor, now=now)
    audit.record("allocation.made", allocation, actor=actor, now=now, amount=amount_minor, currency=fund.currency)
    return allocation


def reserve(
    allocation: Allocation, amount_minor: int, *, purpose: str, actor: Viewer | None, now: dt.datetime
) -> Reservation:
    """Reserve money of an allocation for one claim, `purpose`, which is unique.

    Raises DomainError when the amount is not positive or not enough is available.
    """
    _require_positive(amount_minor)
    reservation = Reservation(
        allocation_id=allocation.id,
        purpose=purpose,
        amount_minor=amount_minor,
        posted_minor=0,
        state=ReservationState.ACTIVE,
        created_at=now,
    )
    db.session.add(reservation)
    lines = [LedgerLine(K.ALLOCATION, -amount_minor), LedgerLine(K.RESERVED, amount_minor)]
    _move(JournalKind.RESERVE, allocation.fund, allocation, lines, purpose=purpose, actor=actor, now=now)
    audit.record("reservation.held", reservation, actor=actor, now=now, amount=amount_minor)
    return reservation


def post(reservation: Reservation, amount_minor: int, *, actor: Viewer | None, now: dt.datetime) -> None:
    """End a reservation by spending `amount_minor` of it; the rest becomes available in the allocation again.

    Raises DomainError when the amount is not positive or more than was reserved.
    """
    _require_positive(amount_minor)
    if amount_minor > reservation.amount_minor:
        raise DomainError(_("More cannot be spent than was reserved."), code="spent_over_reserved")
    rest = reservation.amount_minor - amount_minor
    lines = [LedgerLine(K.RESERVED, -reservation.amount_minor), LedgerLine(K.SPENT, amount_minor)]
    if rest:
        lines.append(LedgerLine(K.ALLOCATION, rest))
    reservation.posted_minor = amount_minor
    _end(reservation, ReservationState.POSTED, JournalKind.POST, lines, actor=actor, now=now)


def release(reservation: Reservation, *, actor: Viewer | None, now: dt.datetime) -> None:
    """End a reservation without spending."""
    lines = [LedgerLine(K.RESERVED, -reservation.amount_minor), LedgerLine(K.ALLOCATION, reservation.amount_minor)]
    _end(reservation, ReservationState.RELEASED, JournalKind.RELEASE, lines, actor=actor, now=now)


def _end(
    reservation: Reservation,
    state: ReservationState,
    kind: JournalKind,
    lines: Sequence[LedgerLine],
    *,
    actor: Viewer | None,
    now: dt.datetime,
) -> None:
    # The state first: its version column makes a concurrent second ending fail before money moves.
    audit.move(reservation, state, actor=actor, now=now)
    reservation.ended_at = now
    db.session.flush()
    allocation = reservation.allocation
    _move(kind, allocation.fund, allocation, lines, purpose=reservation.purpose, actor=actor, now=now)


def return_unspent(allocation: Allocation, *, actor: Viewer | None, now: dt.datetime) -> int:
    """Return what is available in an allocation to its fund. Returns the amount in minor units."""
    unspent = allocation.available_minor
    if unspent:
        lines = [LedgerLine(K.ALLOCATION, -unspent), LedgerLine(K.FUND, unspent)]
        _move(JournalKind.RETURN, allocation.fund, allocation, lines, purpose=allocation.purpose, actor=actor, now=now)
        audit.record("allocation.returned", allocation, actor=actor, now=now, amount=unspent)
    return unspent


def reverse(journal: Journal, *, actor: Viewer, now: dt.datetime) -> Journal:
    """Reverse a movement by a new one that refers to it, and return that.

    Movements of a reservation are not reversed, because a reservation ends exactly once; the exception
    is spending, which becomes available in its allocation again. Raises Conflict when the movement
    cannot be reversed or already was.
    """
    if journal.kind in IRREVERSIBLE_KINDS:
        raise Conflict(
            _("This movement cannot be reversed: end the reservation, or book it again."), code="movement_irreversible"
        )
    if db.session.scalar(sa.select(Journal.id).where(Journal.reverses_id == journal.id)):
        raise Conflict(_("This movement has already been reversed."), code="movement_already_reversed")
    lines = _reversal_lines(journal)
    allocation_id = next((e.account.allocation_id for e in journal.entries if e.account.allocation_id), None)
    allocation = db.session.get(Allocation, allocation_id) if allocation_id else None
    fund = queries.get_fund(journal.fund_id)
    mirror = _move(
        JournalKind.REVERSE,
        fund,
        allocation,
        lines,
        purpose=journal.purpose,
        actor=actor,
        now=now,
        reverses_id=journal.id,
    )
    audit.record("journal.reversed", mirror, actor=actor, now=now, reverses=journal.id)
    return mirror


def _reversal_lines(journal: Journal) -> list[LedgerLine]:
    mirror = [LedgerLine(entry.account.kind, -entry.amount_minor) for entry in journal.entries]
    if journal.kind is not JournalKind.POST:
        return mirror
    spent = sum(line.amount_minor for line in mirror if line.kind is K.SPENT)
    return [LedgerLine(K.SPENT, spent), LedgerLine(K.ALLOCATION, -spent)]


def _require_positive(amount_minor: int) -> None:
    if amount_minor <= 0:
        raise DomainError(_("Enter an amount above zero."), field="amount", code="amount_not_positive")


def _move(
    kind: JournalKind,
    fund: Fund,
    allocation: Allocation | None,
    lines: Sequence[LedgerLine],
    *,
    purpose: str,
    actor: Viewer | None,
    now: dt.datetime,
    reverses_id: int | None = None,
) -> Journal:
    """Post a movement, the only function that does so, and update the counters.

    Each counter row is checked and updated in one statement, the fund before the allocation, so that
    concurrent movements neither overspend nor deadlock. Raises DomainError when there is not enough
    money.
    """
    rules.check_lines(lines)
    db.session.flush()
    change = rules.compute_counter_change(lines)
    _update_fund(fund, change)
    if allocation is not None:
        _update_allocation(allocation, change)
    journal = Journal(
        fund_id=fund.id,
        kind=kind,
        purpose=purpose,
        at=now,
        actor_id=actor.account_id if actor else None,
        reverses_id=reverses_id,
    )
    _write(journal, lines, fund, allocation)
    return journal


def _write(journal: Journal, lines: Sequence[LedgerLine], fund: Fund, allocation: Allocation | None) -> None:
    """Insert the journal with one entry per line."""
    db.session.add(journal)
    db.session.flush()
    for line in lines:
        account = _account(line.kind, fund, allocation)
        db.session.add(
            LedgerEntry(
                journal_id=journal.id, account_id=account.id, amount_minor=line.amount_minor, currency=fund.currency
            )
        )
    db.session.flush()


def _update_fund(fund: Fund, change: rules.CounterChange) -> None:
    received, allocated = Fund.received_minor + change.received, Fund.allocated_minor + change.allocated
    result = db.session.execute(
        sa.update(Fund)
        .where(Fund.id == fund.id, allocated >= 0, allocated <= received)
        .values(received_minor=received, allocated_minor=allocated)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError(_("The programme’s fund has not enough money free for this."), code="fund_empty")
    db.session.refresh(fund)


def _update_allocation(allocation: Allocation, change: rules.CounterChange) -> None:
    amount = Allocation.amount_minor + change.amount
    reserved = Allocation.reserved_minor + change.reserved
    posted = Allocation.posted_minor + change.posted
    result = db.session.execute(
        sa.update(Allocation)
        .where(Allocation.id == allocation.id, reserved >= 0, posted >= 0, reserved + posted <= amount)
        .values(amount_minor=amount, reserved_minor=reserved, posted_minor=posted)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError(_("The allocation has not enough money free for this."), code="allocation_empty")
    db.session.refresh(allocation)


FUND_LEVEL_KINDS = frozenset({K.FUNDER, K.FUND})


def _account(kind: LedgerKind, fund: Fund, allocation: Allocation | None) -> LedgerAccount:
    """Get or create the ledger account of a kind. The update of the counter row has locked out concurrent creation."""
    allocation_id = None if kind in FUND_LEVEL_KINDS else allocation.id if allocation else None
    if kind not in FUND_LEVEL_KINDS and allocation_id is None:
        raise ValueError(f"{kind} belongs to an allocation")
    account = db.session.scalars(
        sa.select(LedgerAccount).where(
            LedgerAccount.fund_id == fund.id,
            LedgerAccount.kind == kind,
            LedgerAccount.allocation_id == allocation_id if allocation_id else LedgerAccount.allocation_id.is_(None),
        )
    ).one_or_none()
    if account is None:
        account = LedgerAccount(fund_id=fund.id, allocation_id=allocation_id, kind=kind)
        db.session.add(account)
        db.session.flush()
    return account
