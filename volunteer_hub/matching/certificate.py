"""How much better the choice could have been over pairs that were never looked at: a proof, not an estimate.

Only the best K pairs of each request go to the solver. `bound` says what no choice over all pairs, kept and dropped,
can pass. For any prices u of volunteers and w of requests that are not negative, no choice is worth more than

    sum of capacity * u + sum of seats * w + sum over all pairs of what each is worth beyond u + w (if anything)

because a pair is worth at most its u + w + that rest, and no volunteer comes up more often than their capacity, no
request more often than its seats. So raise w at each request until nothing that was dropped there has a rest: then the
kept pairs are enough to know the sum. It holds for any prices; those of the optimum (`prices.py`) make it tight. Where
nothing was dropped the sum *is* the optimum: the same arithmetic proves each answer of the solver.

How far w has to go depends on what the caller knows. `dropped_best` (the best score left out at each request) is enough,
with u as low as it may be. It is tight where seats are short, because seats that are filled have a price. Where people
are short, seats stay empty and are worth nothing, so only their people's price can rule the dropped pairs out:
then give `dropped_left_over`, the most of `Prices.left_over` over the pairs dropped at each request, from a second look.

Filling first is the same with a lift on every score, so high that one pair more is always worth it. The ceiling in whole
lifts limits the number of pairs, and what it leaves above the lifts of the pairs there are limits the score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from volunteer_hub.matching.assignment import Ints, Mask, Pairs, checked
from volunteer_hub.matching.prices import NotBest, Prices, lift_of, mask_of, prices_of

NOTHING = -1
"""Stands in `dropped_best` where nothing was left out."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What was reached over the kept pairs, and what no choice over all pairs can pass."""

    pairs: int
    score: int
    most_pairs: int
    """As many pairs as any choice can have."""
    most_score: int
    """The most score of any choice; with fill_first, of any with at least as many pairs as this one."""

    @property
    def lost(self) -> int:
        """At most so much score was given away by looking at the best pairs only."""
        return self.most_score - self.score

    @property
    def share(self) -> float:
        """At least this share of the best possible score was reached, 0 to 1."""
        return self.score / self.most_score if self.most_score else 1.0


def bound(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    chosen: ArrayLike,
    dropped_best: ArrayLike,
    *,
    dropped_left_over: ArrayLike | None = None,
    fill_first: bool = True,
) -> Bound:
    """What `chosen`, the answer of `assign` over the kept pairs, can have lost to the pairs that were dropped.

    `dropped_best` has one whole number a request: the best score left out there, -1 where nothing was.
    `dropped_left_over`, if known, has the most that any of them leaves over at the prices of the same choice and
    the same `fill_first`; anything below 1 says that none does. It only ever lowers the bound.
    Raises ValueError on what `assign` refuses, and if `chosen` is not the best choice over the kept pairs.
    """
    pairs = checked(volunteer, request, score, capacity, seats)
    mask = mask_of(pairs, chosen)
    dropped = _each_request("dropped_best", dropped_best, pairs)
    left_over = None if dropped_left_over is None else _each_request("dropped_left_over", dropped_left_over, pairs)
    had, total = int(mask.sum()), int(pairs.score[mask].sum())
    found = prices_of(pairs, mask, lift_of(pairs) if fill_first else 0)
    top = ceiling(pairs, found, dropped, left_over)
    if not fill_first:
        return Bound(had, total, _room(pairs), top)
    most_pairs = min(_room(pairs), top // found.lift) if found.lift else _room(pairs)
    return Bound(had, total, most_pairs, min(top - found.lift * had, _by_score_alone(pairs, mask, found, dropped)))


def ceiling(pairs: Pairs, found: Prices, dropped_best: Ints, left_over: Ints | None = None) -> int:
    """What no choice over all pairs is worth more than, in the lifted scores of the prices."""
    lifted = np.where(dropped_best < 0, 0, dropped_best + found.lift)
    lowest_u = _with_lowest_u(pairs, found.lift, np.maximum(found.w, lifted))
    if left_over is None:
        return lowest_u
    return min(lowest_u, _with_same_u(pairs, found, np.maximum(found.w, left_over)))


def _with_lowest_u(pairs: Pairs, lift: int, w: Ints) -> int:
    """The sum at these seats' prices and the best u for them: of each volunteer's pairs, the capacity best rests."""
    rest = pairs.score + lift - w[pairs.request]
    rows = np.flatnonzero((rest > 0) & (pairs.capacity[pairs.volunteer] > 0))
    person, rest = pairs.volunteer[rows], rest[rows]
    best_first = np.lexsort((-rest, person))
    person, rest = person[best_first], rest[best_first]
    place = np.arange(len(person)) - np.searchsorted(person, person)
    return _total(pairs.seats, w) + int(rest[place < pairs.capacity[person]].sum())


def _with_same_u(pairs: Pairs, found: Prices, w: Ints) -> int:
    """The sum with the volunteers' prices as they are."""
    rest = pairs.score + found.lift - found.u[pairs.volunteer] - w[pairs.request]
    return _total(pairs.capacity, found.u) + _total(pairs.seats, w) + int(rest[rest > 0].sum())


def _by_score_alone(pairs: Pairs, mask: Mask, found: Prices, dropped_best: Ints) -> int:
    """The ceiling of the score, whatever the number of pairs. Often lower where seats stay empty."""
    try:
        plain = prices_of(pairs, mask, 0)
    except NotBest:  # filling first cost score: any prices do, so take those of the seats without the lift
        plain = Prices(np.zeros_like(found.u), np.maximum(found.w - found.lift, 0), 0)
    return ceiling(pairs, plain, dropped_best)


def _room(pairs: Pairs) -> int:
    """As many pairs as there are places on the shorter side."""
    return min(_total(pairs.capacity, np.ones_like(pairs.capacity)), _total(pairs.seats, np.ones_like(pairs.seats)))


def _total(limits: Ints, price: Ints) -> int:
    """Limits times prices, in Python's integers where 64 bits might not hold them."""
    if float(limits.max(initial=0)) * float(price.max(initial=0)) * max(len(limits), 1) < 2**62:
        return int(limits @ price)
    return sum(limit * each for limit, each in zip(limits.tolist(), price.tolist(), strict=True) if each)


def _each_request(name: str, values: ArrayLike, pairs: Pairs) -> Ints:
    array = np.asarray(values)
    if array.shape != pairs.seats.shape:
        raise ValueError(f"{name} must have one entry a request: {len(pairs.seats)}, not {array.size}.")
    if array.dtype.kind not in "iu" and array.size:
        raise ValueError(f"{name} must hold whole numbers, not values of the type {array.dtype}.")
    return array.astype(np.int64)
