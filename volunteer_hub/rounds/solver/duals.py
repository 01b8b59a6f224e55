"""Dual prices of an optimal assignment: what a volunteer's place and a request's seat are worth, by shortest paths.

Pure, numpy only, exact integers. `optimality_bound.py` builds its bound on them.
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
    """The choice is not optimal, so it has no dual prices."""


@dataclass(frozen=True, slots=True)
class Duals:
    """The dual prices of one more place of each volunteer (u) and one more seat of each request (w), never negative.

    Scores count with `fill_bonus` added. Every pair outside the choice has value <= u + w, every chosen pair value >= u
    + w; the price of a volunteer or request with spare limit is 0.
    """

    u: Int64s
    w: Int64s
    fill_bonus: int

    def slack(self, volunteer: Int64s, request: Int64s, score: Int64s) -> Int64s:
        """Return value - u - w of pairs, kept or pruned; negative if they are worth less than both prices."""
        slack_of_pairs: Int64s = score + self.fill_bonus - self.u[volunteer] - self.w[request]
        return slack_of_pairs


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
    """Return dual prices that prove `chosen` optimal, the result of `assign` with the same arguments.

    Of many solutions this is the one with the highest u and lowest w, or with `high="seats"` the highest w and lowest
    u. Capacity times u, seats times w and the positive slack of each pair add up to exactly the total value of the
    choice.

    Raises ValueError for an invalid instance, and if `chosen` breaks a limit or is not optimal.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    return solve_checked(pairs, to_mask(pairs, chosen), fill_bonus(pairs) if fill_first else 0, high=high)


def to_mask(pairs: AssignmentPairs, chosen: ArrayLike) -> Mask:
    """Return the choice as a mask over the sorted rows. Raises ValueError if it is no mask over the pairs or breaks a limit."""
    mask: NDArray[np.bool_] = np.asarray(chosen)
    if mask.shape != (len(pairs),) or (mask.dtype != np.bool_ and len(pairs)):
        raise ValueError("chosen must be a mask, one true or false a pair.")
    mask = mask.astype(np.bool_)
    if pairs.order is not None:
        mask = mask[pairs.order]
    if (_count_rows(pairs.volunteer[mask], pairs.capacity) > pairs.capacity).any():
        raise ValueError("chosen gives a volunteer more than their capacity.")
    if (_count_rows(pairs.request[mask], pairs.seats) > pairs.seats).any():
        raise ValueError("chosen gives a request more than its seats.")
    return mask


def fill_bonus(pairs: AssignmentPairs) -> int:
    """Return the bonus per pair that makes one more pair outweigh any total score. Raises ValueError if sums overflow 64 bits."""
    if not len(pairs):
        return 0
    places = np.minimum(np.bincount(pairs.volunteer, minlength=len(pairs.capacity)), pairs.capacity).sum()
    seats = np.minimum(np.bincount(pairs.request, minlength=len(pairs.seats)), pairs.seats).sum()
    bonus = int(min(places, seats)) * int(pairs.score.max()) + 1
    if bonus * (len(pairs) + 1) > MAX_INT64 // 8:
        raise ValueError("The scores are too high to be priced: their sums would not fit in 64 bits.")
    return bonus


def solve_checked(pairs: AssignmentPairs, mask: Mask, bonus: int, *, high: PriceSide) -> Duals:
    """Return the dual prices of a validated choice. Raises NotOptimal."""
    if high == "seats":
        return Duals(*_solve_high_seats(pairs, mask, bonus), bonus)
    w, u = _solve_high_seats(swap_sides(pairs), mask, bonus)
    return Duals(u, w, bonus)


def swap_sides(pairs: AssignmentPairs) -> AssignmentPairs:
    """Return the instance with volunteers and requests exchanged. Its rows keep their order, hence are not sorted."""
    return AssignmentPairs(pairs.request, pairs.volunteer, pairs.score, pairs.seats, pairs.capacity, None)


def _solve_high_seats(pairs: AssignmentPairs, mask: Mask, bonus: int) -> tuple[Int64s, Int64s]:
    """Return u and w with the highest w. Raises NotOptimal.

    Bellman-Ford over the residual network, starting from the nodes with spare limits: a chosen pair bounds a seat's
    price from above (w <= value - u), any other pair a volunteer's from below (u >= value - w). Each iteration follows
    only the prices that the last one changed. w only falls and u only rises, so it terminates.
    """
    usable = (pairs.capacity[pairs.volunteer] > 0) & (pairs.seats[pairs.request] > 0)
    value = pairs.score + bonus
    chosen_rows = _AdjacentRows(pairs.volunteer, pairs.request, value, usable & mask, len(pairs.capacity))
    other_rows = _AdjacentRows(pairs.request, pairs.volunteer, value, usable & ~mask, len(pairs.seats))
    has_room = _count_rows(pairs.volunteer[mask], pairs.capacity) < pairs.capacity
    u = np.zeros(len(pairs.capacity), dtype=np.int64)
    w = np.where(_count_rows(pairs.request[mask], pairs.seats) < pairs.seats, 0, UNREACHED)
    volunteers, unfilled = np.arange(len(u)), np.flatnonzero(w == 0)
    while len(volunteers):
        requests = np.union1d(unfilled, _tighten_prices(np.minimum, w, *chosen_rows.follow(volunteers, u)))
        unfilled = unfilled[:0]
        volunteers = _tighten_prices(np.maximum, u, *other_rows.follow(requests, w))
        if (w[requests] < 0).any() or has_room[volunteers].any():
            raise NotOptimal(NOT_OPTIMAL_MESSAGE)
    return _price_closed_nodes(pairs, value, u, w)


class _AdjacentRows:
    """The chosen or the other pairs as an adjacency list from one side (`near`) to the other (`far`)."""

    def __init__(self, near: Int64s, far: Int64s, value: Int64s, is_member: Mask, size: int) -> None:
        rows = np.flatnonzero(is_member)
        rows = rows[np.argsort(near[rows], kind="stable")]
        self.far, self.value = far[rows], value[rows]
        self.count = np.bincount(near[rows], minlength=size)
        self.start = np.cumsum(self.count) - self.count

    def follow(self, near: Int64s, price: Int64s) -> tuple[Int64s, Int64s]:
        """Return the far nodes of the pairs of `near`, and the value of each pair less the near node's price."""
        count = self.count[near]
        rows = np.arange(count.sum()) + np.repeat(self.start[near] - np.cumsum(count) + count, count)
        return self.far[rows], self.value[rows] - np.repeat(price[near], count)


def _tighten_prices(tighten: np.ufunc, price: Int64s, nodes: Int64s, bounds: Int64s) -> Int64s:
    """Tighten the prices of `nodes` to their bounds. Returns the nodes whose price changed."""
    is_tighter = tighten(price[nodes], bounds) != price[nodes]
    nodes, bounds = nodes[is_tighter], bounds[is_tighter]
    tighten.at(price, nodes, bounds)
    return np.unique(nodes)


def _price_closed_nodes(pairs: AssignmentPairs, value: Int64s, u: Int64s, w: Int64s) -> tuple[Int64s, Int64s]:
    """Price volunteers without places and requests without seats at the value of their best pair, which costs the sum nothing."""
    no_places, no_seats = pairs.capacity == 0, pairs.seats == 0
    u[no_places], w[no_seats] = 0, 0
    for price, is_closed, side in ((u, no_places, pairs.volunteer), (w, no_seats, pairs.request)):
        rows = is_closed[side]
        np.maximum.at(price, side[rows], value[rows])
    return u, w


def _count_rows(ids: Int64s, limits: Int64s) -> Int64s:
    load: Int64s = np.bincount(ids, minlength=len(limits))
    return load
