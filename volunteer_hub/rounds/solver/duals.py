"""What a place of a volunteer and a seat of a request are worth in the best choice: the dual prices, by shortest paths.

Pure, numpy only, exact integers. `certificate.py` builds its bound on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from volunteer_hub.rounds.solver.assignment import MAX_INT64, AssignmentPairs, Int64s, Mask, validate_pairs

PriceSide = Literal["people", "seats"]
UNREACHED = MAX_INT64 // 2
NOT_OPTIMAL_MESSAGE = "chosen is not the best choice over these pairs, so nothing has a price."


class NotOptimal(ValueError):
    """The choice is not an optimum, so no prices go with it."""


@dataclass(frozen=True, slots=True)
class Duals:
    """What one more place of a volunteer (u) and one more seat of a request (w) would be worth, never negative.

    They count scores with `lift` added to each. No pair that is not chosen is worth more than u + w, none that is chosen
    less; who has room left costs nothing.
    """

    u: Int64s
    w: Int64s
    fill_bonus: int

    def slack(self, volunteer: Int64s, request: Int64s, score: Int64s) -> Int64s:
        """What pairs, kept or dropped, are worth beyond both prices; below zero where they are worth less."""
        rest: Int64s = score + self.fill_bonus - self.u[volunteer] - self.w[request]
        return rest


def solve_duals(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    chosen: ArrayLike,
    *,
    fill_first: bool = True,
    high: PriceSide = "people",
) -> Duals:
    """The prices that prove `chosen` best, as `assign` with the same arguments gave it.

    There may be many; these have the highest u and lowest w there can be, or with `high="seats"` the other way round.

    Capacity times u, seats times w and what each pair is worth beyond u + w add up to exactly the total of the choice.
    Raises ValueError on what `assign` refuses, and if `chosen` breaks a limit or is not the best.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    return solve_checked(pairs, to_mask(pairs, chosen), fill_bonus(pairs) if fill_first else 0, high=high)


def to_mask(pairs: AssignmentPairs, chosen: ArrayLike) -> Mask:
    """The choice over the sorted rows. Raises ValueError if it is no mask over the pairs or breaks a limit."""
    mask: NDArray[np.bool_] = np.asarray(chosen)
    if mask.shape != (len(pairs),) or (mask.dtype != np.bool_ and len(pairs)):
        raise ValueError("chosen must be a mask, one true or false a pair.")
    mask = mask.astype(np.bool_)
    if pairs.order is not None:
        mask = mask[pairs.order]
    if (_load(pairs.volunteer[mask], pairs.capacity) > pairs.capacity).any():
        raise ValueError("chosen gives a volunteer more than their capacity.")
    if (_load(pairs.request[mask], pairs.seats) > pairs.seats).any():
        raise ValueError("chosen gives a request more than its seats.")
    return mask


def fill_bonus(pairs: AssignmentPairs) -> int:
    """What to add to every score so that one pair more outweighs any score there can be.

    Raises ValueError where that would not fit in 64 bits.
    """
    if not len(pairs):
        return 0
    people = np.minimum(np.bincount(pairs.volunteer, minlength=len(pairs.capacity)), pairs.capacity).sum()
    seats = np.minimum(np.bincount(pairs.request, minlength=len(pairs.seats)), pairs.seats).sum()
    lift = int(min(people, seats)) * int(pairs.score.max()) + 1
    if lift * (len(pairs) + 1) > MAX_INT64 // 8:
        raise ValueError("The scores are too high to be priced: their sums would not fit in 64 bits.")
    return lift


def solve_checked(pairs: AssignmentPairs, mask: Mask, lift: int, *, high: PriceSide) -> Duals:
    """The prices of a checked choice. Raises NotBest."""
    if high == "seats":
        return Duals(*_high_seats(pairs, mask, lift), lift)
    w, u = _high_seats(swap_sides(pairs), mask, lift)
    return Duals(u, w, lift)


def swap_sides(pairs: AssignmentPairs) -> AssignmentPairs:
    """The same with the two sides' parts exchanged. Its rows are as before, hence not sorted."""
    return AssignmentPairs(pairs.request, pairs.volunteer, pairs.score, pairs.seats, pairs.capacity, None)


def _high_seats(pairs: AssignmentPairs, mask: Mask, lift: int) -> tuple[Int64s, Int64s]:
    """u and w with the highest w. Raises NotBest.

    Bellman and Ford over the residual network, from both limits' slack: a chosen pair lets a seat cost at most what its
    volunteer leaves (w <= score - u), any other lets a volunteer cost at least what its seat leaves (u >= score - w).
    Each round follows only what the last one changed. Prices only fall (w) and rise (u), so it ends.
    """
    usable = (pairs.capacity[pairs.volunteer] > 0) & (pairs.seats[pairs.request] > 0)
    worth = pairs.score + lift
    chosen = _Rows(pairs.volunteer, pairs.request, worth, usable & mask, len(pairs.capacity))
    others = _Rows(pairs.request, pairs.volunteer, worth, usable & ~mask, len(pairs.seats))
    has_room = _load(pairs.volunteer[mask], pairs.capacity) < pairs.capacity
    u = np.zeros(len(pairs.capacity), dtype=np.int64)
    w = np.where(_load(pairs.request[mask], pairs.seats) < pairs.seats, 0, UNREACHED)
    people, cheap = np.arange(len(u)), np.flatnonzero(w == 0)
    while len(people):
        asked = np.union1d(cheap, _changed(np.minimum, w, *chosen.at(people, u)))
        cheap = cheap[:0]
        people = _changed(np.maximum, u, *others.at(asked, w))
        if (w[asked] < 0).any() or has_room[people].any():
            raise NotOptimal(NOT_OPTIMAL_MESSAGE)
    return _where_closed(pairs, worth, u, w)


class _Rows:
    """The pairs of one kind, to be found from one side: `at` follows them to the other side."""

    def __init__(self, near: Int64s, far: Int64s, worth: Int64s, kind: Mask, size: int) -> None:
        rows = np.flatnonzero(kind)
        rows = rows[np.argsort(near[rows], kind="stable")]
        self.far, self.worth = far[rows], worth[rows]
        self.count = np.bincount(near[rows], minlength=size)
        self.start = np.cumsum(self.count) - self.count

    def at(self, near: Int64s, price: Int64s) -> tuple[Int64s, Int64s]:
        """Whom the pairs of `near` lead to, and what each is worth beyond its price here."""
        count = self.count[near]
        rows = np.arange(count.sum()) + np.repeat(self.start[near] - np.cumsum(count) + count, count)
        return self.far[rows], self.worth[rows] - np.repeat(price[near], count)


def _changed(better: np.ufunc, price: Int64s, seen: Int64s, rest: Int64s) -> Int64s:
    """Move the prices of `seen` towards `rest`; gives whose moved."""
    moves = better(price[seen], rest) != price[seen]
    seen, rest = seen[moves], rest[moves]
    better.at(price, seen, rest)
    return np.unique(seen)


def _where_closed(pairs: AssignmentPairs, worth: Int64s, u: Int64s, w: Int64s) -> tuple[Int64s, Int64s]:
    """Whoever has no place, or no seat, at all may cost anything for nothing: as much as their best pair."""
    nobody, nowhere = pairs.capacity == 0, pairs.seats == 0
    u[nobody], w[nowhere] = 0, 0
    for price, closed, side in ((u, nobody, pairs.volunteer), (w, nowhere, pairs.request)):
        rows = closed[side]
        np.maximum.at(price, side[rows], worth[rows])
    return u, w


def _load(ids: Int64s, limits: Int64s) -> Int64s:
    load: Int64s = np.bincount(ids, minlength=len(limits))
    return load
