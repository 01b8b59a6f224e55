"""The exact assignment of volunteers to seats: `assign`, one minimum-cost flow over unit arcs.

Pure: plain arrays in, a mask out. No Flask, no database, nothing of ours. The only file that may import OR-Tools
(pyproject.toml holds it to that), and only when something is solved: web processes import this file for nothing.

Each allowed pair is an arc that carries at most one unit, so nobody takes two seats of the same request. Cloning
people by their capacity would allow that, and gives totals that cannot be had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64s = NDArray[np.int64]
Mask = NDArray[np.bool_]

MAX_INT64 = int(np.iinfo(np.int64).max)
MAX_NODES = int(np.iinfo(np.int32).max) // 2
"""The solver numbers arcs and nodes in 32 bits."""
MAX_SCORE = MAX_INT64 // 4
"""Room for the solver, which multiplies each cost by the number of nodes."""


@dataclass(frozen=True, slots=True)
class AssignmentPairs:
    """A checked instance: rows sorted by (volunteer, request), and where each stood as it was handed in."""

    volunteer: Int64s
    request: Int64s
    score: Int64s
    capacity: Int64s
    seats: Int64s
    order: Int64s | None
    """Position of each sorted row among the rows handed in; none where they came sorted."""

    def __len__(self) -> int:
        return len(self.volunteer)

    def in_input_order(self, chosen: Mask) -> Mask:
        """A mask over sorted rows, for the rows as they were handed in."""
        if self.order is None:
            return chosen
        mask = np.zeros(len(chosen), dtype=np.bool_)
        mask[self.order] = chosen
        return mask


def assign(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    *,
    fill_first: bool = True,
) -> Mask:
    """Choose pairs so that nobody has more than their capacity, no request more than its seats: an exact maximum.

    Row i says that volunteer[i] may take one seat of request[i], which is worth score[i]. Volunteers and requests are
    indices into `capacity` and `seats`. Gives a mask over the rows: true where the pair is chosen.

    With `fill_first`, as many pairs as there can be, and of those choices one with the highest total score. Without,
    the highest total score, however many pairs; a pair of score 0 adds nothing then and is never chosen.

    Ties: where several choices are equally good, the answer is one of them, always the same one. Rows are sorted by
    (volunteer, request) first, so the order of rows does not matter; but the choice among equals is the solver's:
    it follows no preference for low or high numbers, changes when people are numbered anew, and may change with the
    version of OR-Tools. Whoever wants a rule among equals puts it into the scores.

    Raises ValueError, with a sentence, for what is not such an instance. Integers of any kind and lists of ints will do.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    useful = (pairs.capacity[pairs.volunteer] > 0) & (pairs.seats[pairs.request] > 0)
    if not fill_first:
        useful &= pairs.score > 0
    kept = np.flatnonzero(useful)
    chosen = np.zeros(len(pairs), dtype=np.bool_)
    if len(kept):
        chosen[kept] = _solved(pairs, kept, fill_first=fill_first)
    return pairs.in_input_order(chosen)


def validate_pairs(
    volunteer: ArrayLike, request: ArrayLike, score: ArrayLike, capacity: ArrayLike, seats: ArrayLike
) -> AssignmentPairs:
    """The instance with everything about it proved and its rows sorted. Raises ValueError."""
    given = {"volunteer": volunteer, "request": request, "score": score, "capacity": capacity, "seats": seats}
    whole = {name: to_whole_numbers(name, values) for name, values in given.items()}
    people, asked, worth = whole["volunteer"], whole["request"], whole["score"]
    if not len(people) == len(asked) == len(worth):
        raise ValueError(
            "volunteer, request and score must have one entry a pair, "
            f"but have {len(people)}, {len(asked)} and {len(worth)} entries."
        )
    _check_within("volunteer", people, "capacity", len(whole["capacity"]))
    _check_within("request", asked, "seats", len(whole["seats"]))
    _check_room(worth, len(whole["capacity"]), len(whole["seats"]))
    order = _canonical(people, asked, len(whole["seats"]))
    if order is not None:
        people, asked, worth = people[order], asked[order], worth[order]
    return AssignmentPairs(people, asked, worth, whole["capacity"], whole["seats"], order)


def to_whole_numbers(name: str, values: ArrayLike) -> Int64s:
    """One dimension of integers that are not negative, as 64 bits. Raises ValueError."""
    if isinstance(values, list | tuple) and any(isinstance(one, bool | np.bool_) for one in values):
        raise ValueError(f"{name} must hold whole numbers, not true and false.")
    try:
        array: NDArray[Any] = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{name} must be one list of whole numbers.") from error
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}.")
    if not array.size:
        return np.zeros(0, dtype=np.int64)
    if array.size > MAX_NODES:
        raise ValueError(f"{name} has {array.size} entries, more than the {MAX_NODES} that can be solved.")
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers of at most 64 bits, not values of the type {array.dtype}.")
    low, high = int(array.min()), int(array.max())
    if low < 0:
        raise ValueError(f"{name} must not be negative, but holds {low}.")
    if high > MAX_INT64:
        raise ValueError(f"{name} holds {high}, which is more than 64 bits with a sign can hold.")
    return array.astype(np.int64, copy=False)


def _check_within(name: str, indices: Int64s, limits: str, size: int) -> None:
    if len(indices) and (highest := int(indices.max())) >= size:
        raise ValueError(f"{name} holds {highest}, but {limits} has {size} entries: the last index is {size - 1}.")


def _check_room(score: Int64s, volunteers: int, requests: int) -> None:
    """Refuse scores that 64 bits could not hold, added up over all pairs or times the number of nodes."""
    highest = int(score.max()) if len(score) else 0
    if highest * max(len(score), volunteers + requests + 3) > MAX_SCORE:
        raise ValueError(f"score goes up to {highest}: sums over {len(score)} pairs would not fit in 64 bits.")


def _canonical(volunteer: Int64s, request: Int64s, requests: int) -> Int64s | None:
    """The order that sorts rows by (volunteer, request); none if they are sorted. Raises ValueError on a pair twice."""
    key = volunteer * requests + request  # fits: each side has fewer than 2**31
    steps = np.diff(key)
    if bool((steps > 0).all()):
        return None
    order = np.argsort(key)  # not the stable way, which is slower: no key comes twice, or it is refused
    ranked = key[order]
    twice = np.flatnonzero(ranked[1:] == ranked[:-1])
    if len(twice):
        person, asked = divmod(int(ranked[twice[0]]), requests)
        raise ValueError(f"Volunteer {person} and request {asked} are paired twice: each pair may stand in one row.")
    return order


def _solved(pairs: AssignmentPairs, kept: Int64s, *, fill_first: bool) -> Mask:
    """Which of the kept rows the best flow uses. Only people and requests that occur in them become nodes."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415 -- 20 MB that only solving needs

    tail, give = _side(pairs.volunteer[kept], pairs.capacity)
    head, take = _side(pairs.request[kept], pairs.seats)
    head += len(give)
    flow = SimpleMinCostFlow()
    score = pairs.score[kept]
    # With the number of pairs fixed a constant on each changes nothing, and the solver is quicker with small numbers.
    cost = score.max() - score if fill_first else -score
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, np.ones(len(kept), np.int64), cost)
    del tail, head
    supply = np.concatenate([give, -take])
    if fill_first:
        flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        status = flow.solve_max_flow_with_min_cost()
    else:
        _add_idle(flow, give, take)
        supply = np.append(supply, take.sum() - give.sum())
        flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"The solver stopped without an answer: {status.name}.")
    carried: Int64s = flow.flows(np.arange(len(kept), dtype=np.int32))
    return carried > 0


def _side(ids: Int64s, limits: Int64s) -> tuple[NDArray[np.int32], Int64s]:
    """Each row's node, numbered from 0 over the ids that occur, and what each node may give: never more than its rows."""
    rows = np.bincount(ids, minlength=len(limits))
    occurs = rows > 0
    node = (np.cumsum(occurs) - 1).astype(np.int32)
    return node[ids], np.minimum(limits, rows)[occurs]


def _add_idle(flow: Any, give: Int64s, take: Int64s) -> None:
    """A node through which places of people stay idle and seats stay empty, at no cost: no pair is forced."""
    idle = len(give) + len(take)
    people = np.arange(len(give), dtype=np.int32)
    asked = np.arange(len(give), idle, dtype=np.int32)
    flow.add_arcs_with_capacity_and_unit_cost(people, np.full(len(give), idle, np.int32), give, np.zeros_like(give))
    flow.add_arcs_with_capacity_and_unit_cost(np.full(len(take), idle, np.int32), asked, take, np.zeros_like(take))
