"""Reference algorithms to compare the exact solver with: greedy assignment and deferred acceptance (Gale-Shapley).

Pure, like `assignment.py`, with the same arguments and the same validation. The greedy assignment is also used for
pruning.
"""

from __future__ import annotations

from heapq import heappush, heappushpop

import numpy as np
from numpy.typing import ArrayLike

from volunteer_hub.rounds.solver.assignment import AssignmentPairs, Int64s, Mask, to_whole_numbers, validate_pairs

ROWS_PER_BATCH = 1 << 16
"""Rows converted to Python numbers at a time, which bounds the memory."""


def greedy(volunteer: ArrayLike, request: ArrayLike, score: ArrayLike, capacity: ArrayLike, seats: ArrayLike) -> Mask:
    """Take pairs by descending score while both sides have capacity, as a careful person with a list would.

    Ties: lower volunteer first, then lower request. The order of the rows does not matter. Returns a mask over the
    rows.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    best_first = np.argsort(-pairs.score, kind="stable")
    places_left, seats_left = pairs.capacity.tolist(), pairs.seats.tolist()
    chosen_rows: list[int] = []
    for start in range(0, len(pairs), ROWS_PER_BATCH):
        rows = best_first[start : start + ROWS_PER_BATCH]
        volunteers, requests = pairs.volunteer[rows].tolist(), pairs.request[rows].tolist()
        for row, volunteer_idx, request_idx in zip(rows.tolist(), volunteers, requests, strict=True):
            if places_left[volunteer_idx] and seats_left[request_idx]:
                places_left[volunteer_idx] -= 1
                seats_left[request_idx] -= 1
                chosen_rows.append(row)
    return _mask(pairs, chosen_rows)


def gale_shapley(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    *,
    liking: ArrayLike | None = None,
) -> Mask:
    """Assign by deferred acceptance: volunteers propose in order of preference up to their capacity; each request holds
    its best proposals up to its seats.

    Requests rank by `score`, ties by lower volunteer. Volunteers rank by `liking`, one whole number per pair, or by
    `score` if it is not given; ties by lower request. The result is stable, and the best stable result for the
    volunteers (Gale and Shapley). If both sides rank by the same score, the only stable result is that of `greedy`.
    Returns a mask over the rows.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[np.lexsort((-pairs.volunteer, pairs.score))] = np.arange(len(pairs))
    preference = pairs.score if liking is None else _sort_preferences(pairs, to_whole_numbers("liking", liking))
    offers = np.lexsort((pairs.request, -preference, pairs.volunteer))
    return _mask(pairs, _run_proposals(pairs, offers, rank))


def _sort_preferences(pairs: AssignmentPairs, liking: Int64s) -> Int64s:
    if len(liking) != len(pairs):
        raise ValueError(f"liking must have one entry a pair, but has {len(liking)} entries for {len(pairs)} pairs.")
    return liking if pairs.order is None else liking[pairs.order]


def _run_proposals(pairs: AssignmentPairs, offers: Int64s, rank: Int64s) -> Int64s:
    """Return the rows that requests hold at the end, when every volunteer with a free place has proposed to all requests.

    Each free place is one entry of `proposing`; their order does not affect the result. A held proposal is stored as
    its rank, so that the first entry of a request's heap is the one to reject.
    """
    rows = np.bincount(pairs.volunteer, minlength=len(pairs.capacity))
    ends = np.cumsum(rows)
    next_offer, end_of = (ends - rows).tolist(), ends.tolist()
    requests, offer_ranks = pairs.request[offers].tolist(), rank[offers].tolist()
    row_of_rank = np.argsort(rank)
    volunteer_of_rank = pairs.volunteer[row_of_rank].tolist()
    held_ranks: list[list[int]] = [[] for _ in range(len(pairs.seats))]
    seats = pairs.seats.tolist()
    proposing = np.repeat(np.arange(len(rows)), np.minimum(pairs.capacity, rows)).tolist()
    while proposing:
        volunteer_idx = proposing.pop()
        offer = next_offer[volunteer_idx]
        if offer == end_of[volunteer_idx]:
            continue
        next_offer[volunteer_idx] = offer + 1
        request_idx = requests[offer]
        if len(held_ranks[request_idx]) < seats[request_idx]:
            heappush(held_ranks[request_idx], offer_ranks[offer])
        elif seats[request_idx]:
            proposing.append(volunteer_of_rank[heappushpop(held_ranks[request_idx], offer_ranks[offer])])
        else:
            proposing.append(volunteer_idx)
    return row_of_rank[np.array([held_rank for heap in held_ranks for held_rank in heap], dtype=np.int64)]


def _mask(pairs: AssignmentPairs, rows: Int64s | list[int]) -> Mask:
    chosen = np.zeros(len(pairs), dtype=np.bool_)
    chosen[np.asarray(rows, dtype=np.int64)] = True
    return pairs.in_input_order(chosen)
