"""What one would get without the exact solver: by hand from a list, and by deferred acceptance. For comparison only.

Pure, like `assignment.py`, with the same arguments and the same refusals.
"""

from __future__ import annotations

from heapq import heappush, heappushpop

import numpy as np
from numpy.typing import ArrayLike

from volunteer_hub.rounds.solver.assignment import AssignmentPairs, Int64s, Mask, to_whole_numbers, validate_pairs

CHUNK = 1 << 16
"""Rows turned into Python's numbers at a time: memory stays flat."""


def greedy(volunteer: ArrayLike, request: ArrayLike, score: ArrayLike, capacity: ArrayLike, seats: ArrayLike) -> Mask:
    """What a careful person with a list does: the best score first, each pair that still has room on both sides.

    Among equal scores the lower volunteer first, then the lower request. The order of the rows does not matter.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    best_first = np.argsort(-pairs.score, kind="stable")
    room, free = pairs.capacity.tolist(), pairs.seats.tolist()
    taken: list[int] = []
    for start in range(0, len(pairs), CHUNK):
        rows = best_first[start : start + CHUNK]
        people, asked = pairs.volunteer[rows].tolist(), pairs.request[rows].tolist()
        for row, person, wanted in zip(rows.tolist(), people, asked, strict=True):
            if room[person] and free[wanted]:
                room[person] -= 1
                free[wanted] -= 1
                taken.append(row)
    return _mask(pairs, taken)


def gale_shapley(
    volunteer: ArrayLike,
    request: ArrayLike,
    score: ArrayLike,
    capacity: ArrayLike,
    seats: ArrayLike,
    *,
    liking: ArrayLike | None = None,
) -> Mask:
    """Volunteers propose, best first, up to their capacity; each request holds the best it was offered, up to its seats.

    Requests rank by `score`, among equals the lower volunteer. Volunteers rank by `liking`, one whole number a pair,
    or by `score` where there is none; among equals the lower request. The result is stable: no volunteer and request
    would both rather have each other, and of the stable results it is the best for the volunteers (Gale and Shapley).
    Where both sides rank by the same score there is one stable result only, the one that `greedy` gives.
    """
    pairs = validate_pairs(volunteer, request, score, capacity, seats)
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[np.lexsort((-pairs.volunteer, pairs.score))] = np.arange(len(pairs))
    wish = pairs.score if liking is None else _in_order(pairs, to_whole_numbers("liking", liking))
    offers = np.lexsort((pairs.request, -wish, pairs.volunteer))
    return _mask(pairs, _settled(pairs, offers, rank))


def _in_order(pairs: AssignmentPairs, liking: Int64s) -> Int64s:
    if len(liking) != len(pairs):
        raise ValueError(f"liking must have one entry a pair, but has {len(liking)} entries for {len(pairs)} pairs.")
    return liking if pairs.order is None else liking[pairs.order]


def _settled(pairs: AssignmentPairs, offers: Int64s, rank: Int64s) -> Int64s:
    """The rows held when nobody who has room has anybody left to ask.

    Each free place of a volunteer is one entry of `looking`; which of them asks first makes no difference to the end.
    A held offer is known by its rank, so a heap's first entry is the one to let go.
    """
    rows = np.bincount(pairs.volunteer, minlength=len(pairs.capacity))
    last = np.cumsum(rows)
    upcoming, last_of = (last - rows).tolist(), last.tolist()
    asked, ranked = pairs.request[offers].tolist(), rank[offers].tolist()
    row_at = np.argsort(rank)
    person_at = pairs.volunteer[row_at].tolist()
    held: list[list[int]] = [[] for _ in range(len(pairs.seats))]
    seats = pairs.seats.tolist()
    looking = np.repeat(np.arange(len(rows)), np.minimum(pairs.capacity, rows)).tolist()
    while looking:
        person = looking.pop()
        offer = upcoming[person]
        if offer == last_of[person]:
            continue
        upcoming[person] = offer + 1
        wanted = asked[offer]
        if len(held[wanted]) < seats[wanted]:
            heappush(held[wanted], ranked[offer])
        elif seats[wanted]:
            looking.append(person_at[heappushpop(held[wanted], ranked[offer])])
        else:
            looking.append(person)
    return row_at[np.array([one for holding in held for one in holding], dtype=np.int64)]


def _mask(pairs: AssignmentPairs, rows: Int64s | list[int]) -> Mask:
    chosen = np.zeros(len(pairs), dtype=np.bool_)
    chosen[np.asarray(rows, dtype=np.int64)] = True
    return pairs.in_input_order(chosen)
