"""How much better the choice could have been over pairs that were never looked at: a proof, not an estimate.

Only the best K pairs of each request go to the solver. `bound` says what no choice over all pairs, kept and dropped,
can pass. For any prices u of volunteers and w of requests that are not negative, no choice is worth more than

    sum of capacity * u + sum of seats * w + sum over all pairs of what each is worth beyond u + w (if anything)

because a pair is worth at most its u + w + that rest, and no volunteer comes up more often than their capacity, no
request more often than its seats. So raise prices until nothing that was dropped has a rest: then the kept pairs are
enough to know the sum. It holds for any prices; those of the optimum (`prices.py`) make it tight. Where nothing was
dropped the sum *is* the optimum: the same arithmetic proves each answer of the solver.

Which prices to raise depends on what is short. Where seats are, those that are filled have a price, and w raised to the
best score dropped at each request costs little. Where people are, seats stay empty and must be worth nothing; then u
raised to the best score dropped of each volunteer does it, and best of all u raised by the rest that the dropped pairs
really have, from a second look at them. Each way is a bound, and the lowest counts.

Filling first is the same with a lift on every score, so high that one pair more is always worth it. The ceiling in whole
lifts limits the number of pairs, and what it leaves above the lifts of the pairs there are limits the score.
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
    """What is known of the pairs that were left out."""

    of_request: ArrayLike
    """The best score left out at each request, -1 where nothing was."""
    of_volunteer: ArrayLike | None = None
    """The best score left out of each volunteer, -1 where nothing was."""
    max_slack: ArrayLike | None = None
    """For each volunteer the most that `prices(...).rest` gives for a pair left out, with the same `fill_first`; what
    is below zero counts as zero."""


@dataclass(frozen=True, slots=True)
class OptimalityBound:
    """What was reached over the kept pairs, and what no choice over all pairs can pass."""

    pairs: int
    score: int
    most_pairs: int
    """No choice has more pairs."""
    most_score: int
    """No choice has more score; with fill_first, none with at least as many pairs as this one."""

    @property
    def score_gap(self) -> int:
        """At most so much score was given away by looking at the best pairs only."""
        return self.most_score - self.score

    @property
    def share(self) -> float:
        """At least this share of the best possible score was reached, 0 to 1."""
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
    """What `chosen`, the answer of `assign` over the kept pairs, can have lost to the pairs that were dropped.

    Raises ValueError on what `assign` refuses, and if `chosen` is not the best choice over the kept pairs.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    mask = to_mask(pairs, chosen)
    known = _checked_dropped(pairs, dropped)
    had, total = int(mask.sum()), int(pairs.score[mask].sum())
    lift = fill_bonus(pairs) if fill_first else 0
    top = _lowest(_ceilings(pairs, mask, lift, known), total + lift * had)
    most_pairs, most_score = _room(pairs), top - lift * had
    if lift:
        most_pairs = min(most_pairs, top // lift)
        most_score = _lowest(_ceilings_of_score(pairs, mask, lift, known), total, most_score)
    return OptimalityBound(had, total, most_pairs, most_score)


@dataclass(frozen=True, slots=True)
class _KnownPruned:
    of_request: Int64s
    of_volunteer: Int64s | None
    rest: Int64s | None


def _lowest(ceilings: Iterator[int], reached: int, lowest: int | None = None) -> int:
    """The lowest ceiling, and no more work once one of them is what was reached."""
    while lowest is None or lowest > reached:
        following = next(ceilings, None)
        if following is None:
            break
        lowest = following if lowest is None else min(lowest, following)
    return reached if lowest is None else lowest


def _ceilings(pairs: AssignmentPairs, mask: Mask, lift: int, known: _KnownPruned) -> Iterator[int]:
    """What no choice over all pairs is worth more than, with the lift on each score, in each way that is known."""
    seats_high = solve_checked(pairs, mask, lift, high="seats")
    yield _raised(pairs, lift, seats_high.w, known.of_request)
    if known.of_volunteer is None and known.rest is None:
        return
    people_high = solve_checked(pairs, mask, lift, high="people")
    if known.of_volunteer is not None:
        yield _raised(swap_sides(pairs), lift, people_high.u, known.of_volunteer)
    if known.rest is not None:
        yield _sum(pairs, Duals(people_high.u + np.maximum(known.rest, 0), people_high.w, lift))


def _ceilings_of_score(pairs: AssignmentPairs, mask: Mask, lift: int, known: _KnownPruned) -> Iterator[int]:
    """The same for the score alone, however many pairs: what is left above the lifts says little if pairs were lost."""
    known = _KnownPruned(known.of_request, known.of_volunteer, None)
    try:
        yield from _ceilings(pairs, mask, 0, known)
    except NotOptimal:  # filling first cost score. Any prices do: those with the lift, without it, are near
        lifted = solve_checked(pairs, mask, lift, high="seats")
        yield _raised(pairs, 0, _without(lifted.w, lift), known.of_request)
        if known.of_volunteer is not None:
            lifted = solve_checked(pairs, mask, lift, high="people")
            yield _raised(swap_sides(pairs), 0, _without(lifted.u, lift), known.of_volunteer)


def _without(price: Int64s, lift: int) -> Int64s:
    """Lifted prices are a number of whole lifts and some score more or less: that score, if more."""
    return np.maximum(price - (price + lift // 2) // lift * lift, 0)


def _raised(pairs: AssignmentPairs, lift: int, w: Int64s, dropped_best: Int64s) -> int:
    """The sum with seats' prices raised to what was dropped, and people's as low as then is best.

    That is, for each volunteer, the `capacity` best rests of their pairs.
    """
    w = np.maximum(w, np.where(dropped_best < 0, 0, dropped_best + lift))
    rest = pairs.score + lift - w[pairs.request]
    rows = np.flatnonzero((rest > 0) & (pairs.capacity[pairs.volunteer] > 0))
    person, rest = pairs.volunteer[rows], rest[rows]
    best_first = np.lexsort((-rest, person))
    person, rest = person[best_first], rest[best_first]
    place = np.arange(len(person)) - np.searchsorted(person, person)
    return _total(pairs.seats, w) + int(rest[place < pairs.capacity[person]].sum())


def _sum(pairs: AssignmentPairs, at: Duals) -> int:
    """The sum at these prices, over the kept pairs."""
    rest = at.slack(pairs.volunteer, pairs.request, pairs.score)
    return _total(pairs.capacity, at.u) + _total(pairs.seats, at.w) + int(rest[rest > 0].sum())


def _total(limits: Int64s, price: Int64s) -> int:
    """Limits times prices. Limits may be as high as one likes, so in Python's integers where 64 bits might not do."""
    if int(limits.max(initial=0)) * int(price.max(initial=0)) * len(limits) < 1 << 62:
        return int(limits @ price)
    return sum(limit * each for limit, each in zip(limits.tolist(), price.tolist(), strict=True))


def _room(pairs: AssignmentPairs) -> int:
    """As many pairs as there are places on the shorter side."""
    return min(_total(side, np.ones_like(side)) for side in (pairs.capacity, pairs.seats))


def _checked_dropped(pairs: AssignmentPairs, dropped: PrunedEdges) -> _KnownPruned:
    by_volunteer = [
        None if values is None else _each("volunteer", name, values, len(pairs.capacity))
        for name, values in (("of_volunteer", dropped.of_volunteer), ("rest", dropped.max_slack))
    ]
    return _KnownPruned(_each("request", "of_request", dropped.of_request, len(pairs.seats)), *by_volunteer)


def _each(side: str, name: str, values: ArrayLike, size: int) -> Int64s:
    array = np.asarray(values)
    if array.shape != (size,):
        raise ValueError(f"dropped.{name} must have one entry a {side}, {size}, but has the shape {array.shape}.")
    if size and array.dtype.kind not in "iu":
        raise ValueError(f"dropped.{name} must hold whole numbers, not values of the type {array.dtype}.")
    if size and int(array.max()) > MAX_INT64 // 8:
        raise ValueError(f"dropped.{name} holds {int(array.max())}: sums would not fit in 64 bits.")
    return array.astype(np.int64)
