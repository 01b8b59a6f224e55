"""What a movement of money does to the counters. Plain values in, value out.

The ledger's accounts are the truth; the counters on `Fund` and `Allocation` are their sums, kept so
that one conditional UPDATE can refuse an overspend (trust.md I1, I3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from volunteer_hub.budgets.states import LedgerKind


class LedgerLine(NamedTuple):
    """`amount_minor` into (+) or out of (-) one kind of account."""

    kind: LedgerKind
    amount_minor: int


class CounterChange(NamedTuple):
    """What a movement adds to each counter, in minor units."""

    received: int
    allocated: int
    amount: int
    reserved: int
    posted: int


SET_ASIDE_KINDS = frozenset({LedgerKind.ALLOCATION, LedgerKind.RESERVED, LedgerKind.SPENT})


def check_lines(lines: Iterable[LedgerLine]) -> None:
    """Double entry: at least two lines, none empty, together zero. Raises ValueError."""
    listed = list(lines)
    if len(listed) < 2 or any(line.amount_minor == 0 for line in listed):
        raise ValueError("a movement needs two or more lines, none of them zero")
    if sum(line.amount_minor for line in listed):
        raise ValueError("a movement's lines must sum to zero")


def compute_counter_change(lines: Iterable[LedgerLine]) -> CounterChange:
    """The counters' changes that follow from a movement."""
    total = dict.fromkeys(LedgerKind, 0)
    for kind, amount in lines:
        total[kind] += amount
    aside = sum(total[kind] for kind in SET_ASIDE_KINDS)
    return CounterChange(
        received=-total[LedgerKind.FUNDER],
        allocated=aside,
        amount=aside,
        reserved=total[LedgerKind.RESERVED],
        posted=total[LedgerKind.SPENT],
    )
