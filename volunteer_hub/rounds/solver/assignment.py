"""The exact assignment of volunteers to seats: `assign`, one minimum-cost flow over unit arcs.

Pure: plain arrays in, a mask out; no Flask, no database, no other module of this service. Only this file may import
OR-Tools (a contract in pyproject.toml), and it does so lazily, because web processes import this file without solving
anything.

Each allowed pair is an arc with capacity one, so no volunteer takes two seats of the same request. Cloning volunteers
by their capacity would allow that and overstate the optimum.
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
"""Upper bound of a sum of scores: the solver multiplies each cost by the number of nodes."""


@dataclass(frozen=True, slots=True)
class AssignmentPairs:
    """A validated instance: rows sorted by (volunteer, request), with their positions in the input."""

    volunteer: Int64s
    request: Int64s
    score: Int64s
    capacity: Int64s
    seats: Int64s
    order: Int64s | None
    """Position of each sorted row in the input; None if the input was sorted."""

    def __len__(self) -> int:
        return len(self.volunteer)

    def in_input_order(self, chosen: Mask) -> Mask:
        """Return a mask over the sorted rows as a mask over the input rows."""
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
    """Choose the best pairs within the volunteers' capacity and the requests' seats: an exact maximum.

    Row i says that volunteer[i] may take one seat of request[i] with score[i]. Volunteers and requests are indices into
    `capacity` and `seats`. Arrays of any integer type and lists of ints are accepted.

    With `fill_first`: the maximum number of pairs, and among those choices one with the highest total score. Without:
    the highest total score for any number of pairs; a pair of score 0 is then never chosen.

    Ties: if several choices are optimal, one of them is returned, always the same for the same input in any order of
    rows. Which one is up to the solver: it prefers neither low nor high indices, and may change when volunteers are
    renumbered or with the version of OR-Tools. A caller who needs a rule for ties must put it into the scores.

    Returns a mask over the rows: True where the pair is chosen. Raises ValueError with a message for an invalid
    instance.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    is_useful = (pairs.capacity[pairs.volunteer] > 0) & (pairs.seats[pairs.request] > 0)
    if not fill_first:
        is_useful &= pairs.score > 0
    useful_rows = np.flatnonzero(is_useful)
    chosen = np.zeros(len(pairs), dtype=np.bool_)
    if len(useful_rows):
        chosen[useful_rows] = _solve_flow(pairs, useful_rows, fill_first=fill_first)
    return pairs.in_input_order(chosen)


def validate_pairs(
    volunteer: ArrayLike, request: ArrayLike, score: ArrayLike, capacity: ArrayLike, seats: ArrayLike
) -> AssignmentPairs:
    """Return the validated instance with its rows sorted. Raises ValueError."""
    arguments = {"volunteer": volunteer, "request": request, "score": score, "capacity": capacity, "seats": seats}
    arrays = {name: to_whole_numbers(name, values) for name, values in arguments.items()}
    volunteers, requests, scores = arrays["volunteer"], arrays["request"], arrays["score"]
    if not len(volunteers) == len(requests) == len(scores):
        raise ValueError(
            "volunteer, request and score must have one entry a pair, "
            f"but have {len(volunteers)}, {len(requests)} and {len(scores)} entries."
        )
    _check_within("volunteer", volunteers, "capacity", len(arrays["capacity"]))
    _check_within("request", requests, "seats", len(arrays["seats"]))
    _check_score_range(scores, len(arrays["capacity"]), len(arrays["seats"]))
    order = _sort_order(volunteers, requests, len(arrays["seats"]))
    if order is not None:
        volunteers, requests, scores = volunteers[order], requests[order], scores[order]
    return AssignmentPairs(volunteers, requests, scores, arrays["capacity"], arrays["seats"], order)


def to_whole_numbers(name: str, values: ArrayLike) -> Int64s:
    """Return a one-dimensional array of non-negative integers as int64. Raises ValueError."""
    if isinstance(values, list | tuple) and any(isinstance(value, bool | np.bool_) for value in values):
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


def _check_score_range(score: Int64s, volunteers: int, requests: int) -> None:
    """Raise ValueError for scores that overflow 64 bits when summed over all pairs or multiplied by the number of nodes."""
    highest = int(score.max()) if len(score) else 0
    if highest * max(len(score), volunteers + requests + 3) > MAX_SCORE:
        raise ValueError(f"score goes up to {highest}: sums over {len(score)} pairs would not fit in 64 bits.")


def _sort_order(volunteer: Int64s, request: Int64s, requests: int) -> Int64s | None:
    """Return the order that sorts rows by (volunteer, request), None if sorted. Raises ValueError for duplicate pairs."""
    key = volunteer * requests + request  # fits: each side has fewer than 2**31
    steps = np.diff(key)
    if bool((steps > 0).all()):
        return None
    order = np.argsort(key)  # stable sort is slower and not needed: duplicate keys are rejected
    sorted_keys = key[order]
    duplicates = np.flatnonzero(sorted_keys[1:] == sorted_keys[:-1])
    if len(duplicates):
        duplicate_volunteer, duplicate_request = divmod(int(sorted_keys[duplicates[0]]), requests)
        raise ValueError(
            f"Volunteer {duplicate_volunteer} and request {duplicate_request} are paired twice: each pair may stand in one row."
        )
    return order


def _solve_flow(pairs: AssignmentPairs, rows: Int64s, *, fill_first: bool) -> Mask:
    """Return which of these rows the optimal flow uses. Only volunteers and requests in the rows become nodes."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415 -- 20 MB that only solving needs

    tails, places = _number_nodes(pairs.volunteer[rows], pairs.capacity)
    heads, seats = _number_nodes(pairs.request[rows], pairs.seats)
    heads += len(places)
    flow = SimpleMinCostFlow()
    score = pairs.score[rows]
    # With the number of pairs fixed, a constant added to each cost changes nothing, and the solver is faster with small costs.
    cost = score.max() - score if fill_first else -score
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(rows), np.int64), cost)
    del tails, heads
    supply = np.concatenate([places, -seats])
    if fill_first:
        flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        status = flow.solve_max_flow_with_min_cost()
    else:
        _add_idle_node(flow, places, seats)
        supply = np.append(supply, seats.sum() - places.sum())
        flow.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        status = flow.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"The solver stopped without an answer: {status.name}.")
    carried: Int64s = flow.flows(np.arange(len(rows), dtype=np.int32))
    return carried > 0


def _number_nodes(ids: Int64s, limits: Int64s) -> tuple[NDArray[np.int32], Int64s]:
    """Return the node of each row, numbered from 0 over the ids that occur, and the supply of each node, at most its rows."""
    rows = np.bincount(ids, minlength=len(limits))
    occurs = rows > 0
    node = (np.cumsum(occurs) - 1).astype(np.int32)
    return node[ids], np.minimum(limits, rows)[occurs]


def _add_idle_node(flow: Any, places: Int64s, seats: Int64s) -> None:
    """Add a node through which unused places and empty seats flow at no cost, so that no pair is forced."""
    idle_node = len(places) + len(seats)
    volunteers = np.arange(len(places), dtype=np.int32)
    requests = np.arange(len(places), idle_node, dtype=np.int32)
    flow.add_arcs_with_capacity_and_unit_cost(
        volunteers, np.full(len(places), idle_node, np.int32), places, np.zeros_like(places)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(len(seats), idle_node, np.int32), requests, seats, np.zeros_like(seats)
    )
