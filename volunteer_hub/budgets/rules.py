"""How a movement changes the counters. Plain values in, plain values out.

The ledger's entries are authoritative; the counters on `Fund` and `Allocation` are their sums, stored
so that one conditional UPDATE can refuse an overspend (docs/invariants.md, I1 and I3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from volunteer_hub.budgets.states import LedgerKind


class LedgerLine(NamedTuple):
    """A line to be posted: `amount_minor` is positive into a kind of account, negative out of it."""

    kind: LedgerKind
    amount_minor: int


class CounterChange(NamedTuple):
    """What a movement adds to each counter, in minor units: two of the fund, three of the allocation."""

    received: int
    allocated: int
    amount: int
    reserved: int
    posted: int


SET_ASIDE_KINDS = frozenset({LedgerKind.ALLOCATION, LedgerKind.RESERVED, LedgerKind.SPENT})


def check_lines(lines: Iterable[LedgerLine]) -> None:
    """Check the double-entry rule: at least two lines, none of zero, with the sum zero. Raises ValueError."""
    entries = list(lines)
    if len(entries) < 2 or any(line.amount_minor == 0 for line in entries):
        raise ValueError("a movement needs two or more lines, none of them zero")
    if sum(line.amount_minor for line in entries):
        raise ValueError("a movement's lines must sum to zero")


def compute_counter_change(lines: Iterable[LedgerLine]) -> CounterChange:
    """Return what a movement with these lines adds to the counters."""
    totals = dict.fromkeys(LedgerKind, 0)
    for kind, amount in lines:
        totals[kind] += amount
    allocated = sum(totals[kind] for kind in SET_ASIDE_KINDS)
    return CounterChange(
        received=-totals[LedgerKind.FUNDER],
        allocated=allocated,
        amount=allocated,
        reserved=totals[LedgerKind.RESERVED],
        posted=totals[LedgerKind.SPENT],
    )
