"""An upper bound on the optimum over all pairs, including those that were pruned before solving: a proof, not an estimate.

Only the best K pairs of each request go to the solver. `bound_optimum` returns what no choice over all pairs, kept and
pruned, can exceed. By weak duality, for any non-negative prices u of volunteers and w of requests no choice is worth
more than

    sum of capacity * u + sum of seats * w + sum over all pairs of the positive part of (value - u - w)

because a pair is worth at most u + w plus its slack, no volunteer is used more often than their capacity, and no
request more often than its seats. So raise the prices until no pruned pair has positive slack: then the kept pairs
suffice to compute the sum. It holds for any prices; those of the optimum (`duals.py`) make it tight. If nothing was
pruned the sum *is* the optimum: the same arithmetic proves each answer of the solver.

Which prices to raise depends on what is scarce. If seats are scarce, filled seats have a price, and raising w to the
best score pruned at each request costs little. If volunteers are scarce, seats stay empty and their price must be 0;
then raising u to the best score pruned of each volunteer works, and best of all raising u by the actual slack of the
pruned pairs, if they were evaluated again. Each way is a bound; the lowest is returned.

`fill_first` is the same with a bonus on every score, so high that one more pair always pays. The ceiling in whole
bonuses bounds the number of pairs, and the remainder above the bonuses of the actual pairs bounds the score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from volunteer_hub.rounds.solver.assignment import MAX_INT64, AssignmentPairs, Int64s, Mask, validate_pairs
from volunteer_hub.rounds.solver.duals import Duals, NotOptimal, fill_bonus, solve_checked, swap_sides, to_mask


@dataclass(frozen=True, slots=True)
class PrunedEdges:
    """What is known of the pairs that were pruned."""

    of_request: ArrayLike
    """The best score pruned at each request, -1 for none."""
    of_volunteer: ArrayLike | None = None
    """The best score pruned of each volunteer, -1 for none."""
    max_slack: ArrayLike | None = None
    """For each volunteer the highest `solve_duals(...).slack` of a pruned pair, with the same `fill_first`; negative
    values count as zero."""


@dataclass(frozen=True, slots=True)
class OptimalityBound:
    """The result over the kept pairs, and the upper bounds over all pairs."""

    pairs: int
    score: int
    most_pairs: int
    """No choice has more pairs."""
    most_score: int
    """No choice has more score; with fill_first, none with at least as many pairs as this one."""

    @property
    def score_gap(self) -> int:
        """The score that pruning can have cost at most."""
        return self.most_score - self.score

    @property
    def share(self) -> float:
        """The share of the best possible score that was reached at least, 0 to 1."""
        return self.score / self.most_score if self.most_score else 1.0


def bound_optimum(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    chosen: ArrayLike,
    dropped: PrunedEdges,
    *,
    fill_first: bool = True,
) -> OptimalityBound:
    """Return the bounds for `chosen`, the result of `assign` over the kept pairs, given the pruned pairs.

    Raises ValueError for an invalid instance, and if `chosen` is not optimal over the kept pairs.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    mask = to_mask(pairs, chosen)
    pruned = _validate_pruned(pairs, dropped)
    pair_count, total = int(mask.sum()), int(pairs.score[mask].sum())
    bonus = fill_bonus(pairs) if fill_first else 0
    ceiling = _lowest_ceiling(_ceilings(pairs, mask, bonus, pruned), total + bonus * pair_count)
    most_pairs, most_score = _max_pairs(pairs), ceiling - bonus * pair_count
    if bonus:
        most_pairs = min(most_pairs, ceiling // bonus)
        most_score = _lowest_ceiling(_ceilings_of_score(pairs, mask, bonus, pruned), total, most_score)
    return OptimalityBound(pair_count, total, most_pairs, most_score)


@dataclass(frozen=True, slots=True)
class _ValidatedPruned:
    of_request: Int64s
    of_volunteer: Int64s | None
    rest: Int64s | None


def _lowest_ceiling(ceilings: Iterator[int], reached: int, lowest: int | None = None) -> int:
    """Return the lowest ceiling; stop computing further ones when one equals the value reached."""
    while lowest is None or lowest > reached:
        ceiling = next(ceilings, None)
        if ceiling is None:
            break
        lowest = ceiling if lowest is None else min(lowest, ceiling)
    return reached if lowest is None else lowest


def _ceilings(pairs: AssignmentPairs, mask: Mask, bonus: int, pruned: _ValidatedPruned) -> Iterator[int]:
    """Yield upper bounds of the total value over all pairs, bonus included, one for each way to raise prices."""
    seats_high = solve_checked(pairs, mask, bonus, high="seats")
    yield _sum_with_raised_prices(pairs, bonus, seats_high.w, pruned.of_request)
    if pruned.of_volunteer is None and pruned.rest is None:
        return
    people_high = solve_checked(pairs, mask, bonus, high="people")
    if pruned.of_volunteer is not None:
        yield _sum_with_raised_prices(swap_sides(pairs), bonus, people_high.u, pruned.of_volunteer)
    if pruned.rest is not None:
        yield _sum_at(pairs, Duals(people_high.u + np.maximum(pruned.rest, 0), people_high.w, bonus))


def _ceilings_of_score(pairs: AssignmentPairs, mask: Mask, bonus: int, pruned: _ValidatedPruned) -> Iterator[int]:
    """Yield upper bounds of the score alone: the remainder above the bonuses is a loose bound if pairs were lost."""
    pruned = _ValidatedPruned(pruned.of_request, pruned.of_volunteer, None)
    try:
        yield from _ceilings(pairs, mask, 0, pruned)
    except NotOptimal:  # filling first cost score. Any prices are valid: those with the bonus removed are close
        bonus_duals = solve_checked(pairs, mask, bonus, high="seats")
        yield _sum_with_raised_prices(pairs, 0, _remove_bonus(bonus_duals.w, bonus), pruned.of_request)
        if pruned.of_volunteer is not None:
            bonus_duals = solve_checked(pairs, mask, bonus, high="people")
            yield _sum_with_raised_prices(
                swap_sides(pairs), 0, _remove_bonus(bonus_duals.u, bonus), pruned.of_volunteer
            )


def _remove_bonus(price: Int64s, bonus: int) -> Int64s:
    """Return the score part of prices that are a multiple of the bonus plus or minus some score; 0 if it is negative."""
    return np.maximum(price - (price + bonus // 2) // bonus * bonus, 0)


def _sum_with_raised_prices(pairs: AssignmentPairs, bonus: int, w: Int64s, dropped_best: Int64s) -> int:
    """Return the bound with seat prices raised to the best pruned values, and the volunteers' prices that minimise it.

    That is, for each volunteer, the sum of the `capacity` highest slacks of their pairs.
    """
    w = np.maximum(w, np.where(dropped_best < 0, 0, dropped_best + bonus))
    slack = pairs.score + bonus - w[pairs.request]
    rows = np.flatnonzero((slack > 0) & (pairs.capacity[pairs.volunteer] > 0))
    volunteer, slack = pairs.volunteer[rows], slack[rows]
    best_first = np.lexsort((-slack, volunteer))
    volunteer, slack = volunteer[best_first], slack[best_first]
    rank = np.arange(len(volunteer)) - np.searchsorted(volunteer, volunteer)
    return _total(pairs.seats, w) + int(slack[rank < pairs.capacity[volunteer]].sum())


def _sum_at(pairs: AssignmentPairs, duals: Duals) -> int:
    """Return the bound at these prices, over the kept pairs."""
    slack = duals.slack(pairs.volunteer, pairs.request, pairs.score)
    return _total(pairs.capacity, duals.u) + _total(pairs.seats, duals.w) + int(slack[slack > 0].sum())


def _total(limits: Int64s, price: Int64s) -> int:
    """Return the sum of limits times prices, in Python integers where 64 bits could overflow (limits are unbounded)."""
    if int(limits.max(initial=0)) * int(price.max(initial=0)) * len(limits) < 1 << 62:
        return int(limits @ price)
    return sum(limit * each for limit, each in zip(limits.tolist(), price.tolist(), strict=True))


def _max_pairs(pairs: AssignmentPairs) -> int:
    """Return the number of places on the smaller side."""
    return min(_total(side, np.ones_like(side)) for side in (pairs.capacity, pairs.seats))


def _validate_pruned(pairs: AssignmentPairs, dropped: PrunedEdges) -> _ValidatedPruned:
    by_volunteer = [
        None if values is None else _validate_column("volunteer", name, values, len(pairs.capacity))
        for name, values in (("of_volunteer", dropped.of_volunteer), ("rest", dropped.max_slack))
    ]
    return _ValidatedPruned(
        _validate_column("request", "of_request", dropped.of_request, len(pairs.seats)), *by_volunteer
    )


def _validate_column(side: str, name: str, values: ArrayLike, size: int) -> Int64s:
    array = np.asarray(values)
    if array.shape != (size,):
        raise ValueError(f"dropped.{name} must have one entry a {side}, {size}, but has the shape {array.shape}.")
    if size and array.dtype.kind not in "iu":
        raise ValueError(f"dropped.{name} must hold whole numbers, not values of the type {array.dtype}.")
    if size and int(array.max()) > MAX_INT64 // 8:
        raise ValueError(f"dropped.{name} holds {int(array.max())}: sums would not fit in 64 bits.")
    return array.astype(np.int64)
