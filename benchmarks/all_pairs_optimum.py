"""The exact optimum over all pairs, however many: what a round gives up by looking at the best of each request only.

By prices (column generation): solve over some pairs, look at every other one at the prices that prove this solution, add
those that are worth more than they cost, and solve again. When there is none left no choice over all pairs is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.matching.engine.evaluator import Evaluator, PairBatch
from volunteer_hub.matching.engine.request_arrays import Small
from volunteer_hub.matching.engine.volunteer_arrays import Ints, VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    allowances,
    count_open_seats,
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
    """(seats, score) of the best choice over all pairs, seats first. `most` of each request to begin with.

    Raises ValueError for more than one proposal a volunteer: how many of them fit depends on the pairs.
    """
    if settings.per_volunteer > 1 or not requests:
        raise ValueError("One proposal for each volunteer, and at least one request.")
    judge = make_evaluator(people, today=settings.as_of, weights=settings.weights)
    seats = count_open_seats(requests, free, waiting, per_seat=settings.per_seat)
    edges = keep_best(judge, requests, seed=settings.seed, most=most, of_each=0)
    minutes = np.array([one.weekly_minutes for one in requests], np.int32)
    capacity = allowances(people, edges, minutes, per_volunteer=settings.per_volunteer)
    pairs: Pairs = (edges.volunteer, edges.request, edges.score)
    for turn in range(20):
        chosen = assign(*pairs, capacity, seats)
        at = solve_duals(*pairs, capacity, seats, chosen, high="people" if turn % 2 else "seats")
        more = without(worth(judge, requests, at), pairs, len(seats))
        if not len(more[0]):
            return int(chosen.sum()), int(pairs[2][chosen].sum())
        who, what, score = (np.concatenate(both) for both in zip(pairs, more, strict=True))
        pairs = who, what, score
    raise RuntimeError("no end in sight")


def worth(judge: Evaluator, requests: Sequence[RequestFacts], at: Duals) -> Pairs:
    """Every pair that is worth more than its volunteer and its seat cost."""

    def dear(batch: PairBatch, score: Small) -> Pairs:
        rows = np.flatnonzero(at.slack(batch.volunteer_idx, batch.rows, score.astype(np.int64)) > 0)
        who, what = batch.volunteer_idx.take(rows).astype(np.int32), batch.rows.take(rows).astype(np.int32)
        return who, what, score.take(rows).astype(np.int32)

    found = [some for _number, some in iter_evaluated(judge, requests, dear)]
    who, what, score = (np.concatenate(column) for column in zip(*found, strict=True))
    return who, what, score


def without(some: Pairs, known: Pairs, requests: int) -> Pairs:
    """Those of `some` that are not known."""

    def numbers(pairs: Pairs) -> Ints:
        number: Ints = pairs[0].astype(np.int64) * requests + pairs[1]
        return number

    new = ~np.isin(numbers(some), numbers(known))
    return some[0][new], some[1][new], some[2][new]
