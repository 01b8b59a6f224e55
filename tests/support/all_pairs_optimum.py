"""The exact optimum over all pairs: what a round loses by considering only the best pairs of each request.

Column generation: solve over some pairs, price every other pair with the duals of this solution, add those with a
positive reduced score, and solve again. When there is none left, the solution is optimal over all pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.matching.engine.evaluator import Evaluator, PairBatch
from volunteer_hub.matching.engine.request_arrays import UInt8s
from volunteer_hub.matching.engine.volunteer_arrays import Int64s, VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    allowances,
    count_proposals_to_make,
    iter_evaluated,
    keep_best,
    make_evaluator,
)
from volunteer_hub.rounds.rules import RoundParameters
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.duals import Duals, solve_duals

Pairs = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
"""Volunteers, requests, scores."""


def optimum(
    people: VolunteerArrays,
    requests: Sequence[RequestFacts],
    free: Mapping[int, int],
    waiting: Mapping[int, int],
    settings: RoundParameters,
    *,
    most: int,
) -> tuple[int, int]:
    """Return (seats, score) of the optimum over all pairs, seats first. Starts with `most` pairs of each request.

    Raises ValueError for more than one proposal per volunteer, as then the capacity depends on the pairs.
    """
    if settings.per_volunteer > 1 or not requests:
        raise ValueError("One proposal for each volunteer, and at least one request.")
    judge = make_evaluator(people, today=settings.as_of, weights=settings.weights)
    seats = count_proposals_to_make(requests, free, waiting, per_seat=settings.per_seat)
    edges = keep_best(judge, requests, seed=settings.seed, per_request=most, per_volunteer=0)
    minutes = np.array([request.weekly_minutes for request in requests], np.int32)
    capacity = allowances(people, edges, minutes, per_volunteer=settings.per_volunteer)
    pairs: Pairs = (edges.volunteer, edges.request, edges.score)
    for iteration in range(20):
        chosen = assign(*pairs, capacity, seats)
        duals = solve_duals(*pairs, capacity, seats, chosen, high="people" if iteration % 2 else "seats")
        more = without(find_improving_pairs(judge, requests, duals), pairs, len(seats))
        if not len(more[0]):
            return int(chosen.sum()), int(pairs[2][chosen].sum())
        who, what, score = (np.concatenate(both) for both in zip(pairs, more, strict=True))
        pairs = who, what, score
    raise RuntimeError("no end in sight")


def find_improving_pairs(judge: Evaluator, requests: Sequence[RequestFacts], duals: Duals) -> Pairs:
    """Return every pair whose score exceeds the duals of its volunteer and its seat."""

    def positive(batch: PairBatch, score: UInt8s) -> Pairs:
        rows = np.flatnonzero(duals.slack(batch.volunteer_idx, batch.rows, score.astype(np.int64)) > 0)
        who, what = batch.volunteer_idx.take(rows).astype(np.int32), batch.rows.take(rows).astype(np.int32)
        return who, what, score.take(rows).astype(np.int32)

    batches = [pairs for _number, pairs in iter_evaluated(judge, requests, positive)]
    who, what, score = (np.concatenate(column) for column in zip(*batches, strict=True))
    return who, what, score


def without(pairs: Pairs, known: Pairs, requests: int) -> Pairs:
    """Return the pairs that are not among `known`."""

    def pair_ids(columns: Pairs) -> Int64s:
        ids: Int64s = columns[0].astype(np.int64) * requests + columns[1]
        return ids

    new = ~np.isin(pair_ids(pairs), pair_ids(known))
    return pairs[0][new], pairs[1][new], pairs[2][new]
