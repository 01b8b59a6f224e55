"""Plan one round: the exact optimum over the candidate edges, reserves, unfilled requests, reasons and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core.memory import give_back
from volunteer_hub.fit.rules import Gate, RequestFacts
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.request_arrays import RequestArrays, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    CandidateEdges,
    allowances,
    candidate_limits,
    count_proposals_to_make,
    iter_batches,
    keep_best,
    make_evaluator,
    make_executor,
    prune,
    sort_keys,
    supply_exceeds_demand,
)
from volunteer_hub.rounds.engine.reasons import dump_reasons
from volunteer_hub.rounds.engine.top_k import ScoredPairs, rank_in_group
from volunteer_hub.rounds.rules import (
    AS_NEEDED,
    KEPT_IF_SCARCE,
    KEPT_OF_EACH_VOLUNTEER,
    Progress,
    RoundFigures,
    RoundPair,
    RoundParameters,
    RoundPlan,
    UnfilledSeats,
)
from volunteer_hub.rounds.solver.assignment import Mask, assign
from volunteer_hub.rounds.solver.greedy import greedy
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum

LARGE_ROUND_VOLUNTEERS = 20_000
"""With this many volunteers the tables are large enough to return their memory to the system before solving."""
RESERVES_PER_REQUEST = 2
"""Reserves kept per request."""
MAX_NEAR_MISS_PAIRS = 10_000_000
"""Pairs that the search for near misses may evaluate in one round for requests whose skills no volunteer has."""


def plan(
    volunteers: VolunteerArrays,
    requests: Sequence[RequestFacts],
    free_seats: Mapping[int, int],
    waiting: Mapping[int, int],
    parameters: RoundParameters,
    progress: Progress | None = None,
) -> RoundPlan:
    """Plan a round. `free_seats` and `waiting` (number of matches that await an answer) are by request id."""
    evaluator = make_evaluator(volunteers, today=parameters.as_of, weights=parameters.weights)
    seats = count_proposals_to_make(requests, free_seats, waiting, per_seat=parameters.per_seat)
    minutes = np.array([request.weekly_minutes for request in requests], np.int32)
    edges = _select_edges(evaluator, requests, seats, minutes, parameters, progress)
    request_arrays, volunteer_weeks = evaluator.request_arrays(requests), evaluator.volunteer_weeks
    del evaluator
    if len(volunteers) >= LARGE_ROUND_VOLUNTEERS:
        give_back()  # free the tables before the solver needs memory
    capacity = allowances(volunteers, edges, minutes, per_volunteer=parameters.per_volunteer)
    chosen = assign(edges.volunteer, edges.request, edges.score, capacity, seats, fill_first=parameters.fill_first)
    # Bound in a thread, reasons here: the bound is mostly numpy, which releases the GIL, the reasons mostly Python.
    with make_executor(1, len(volunteers) * len(requests)) as executor:
        figures = executor.submit(_build_figures, volunteers, edges, chosen, capacity, seats, parameters)
        pairs = _build_pairs(volunteers, request_arrays, edges, chosen, capacity)
        full_evaluator = Evaluator(
            volunteers, today=parameters.as_of, weights=parameters.weights, volunteer_weeks=volunteer_weeks
        )
        unfilled = _build_unfilled(full_evaluator, request_arrays, edges, chosen, seats, parameters.seed)
        reasons = _build_reasons(volunteers, request_arrays, edges, np.flatnonzero(chosen))
        return RoundPlan(pairs, unfilled, figures.result(), reasons)


def _select_edges(
    evaluator: Evaluator,
    requests: Sequence[RequestFacts],
    seats: Any,
    minutes: Any,
    parameters: RoundParameters,
    progress: Progress | None,
) -> CandidateEdges:
    """Return the pairs to give to the solver: fewer per request if volunteers are plentiful."""
    volunteers, per_volunteer = evaluator.volunteers, parameters.per_volunteer
    select_best = partial(keep_best, evaluator, requests, seed=parameters.seed, progress=progress)
    is_plentiful = supply_exceeds_demand(volunteers, seats, per_volunteer=per_volunteer)
    if parameters.max_candidates != AS_NEEDED:
        return select_best(
            per_request=parameters.max_candidates, per_volunteer=0 if is_plentiful else KEPT_OF_EACH_VOLUNTEER
        )
    if is_plentiful:
        edges = select_best(per_request=candidate_limits(len(volunteers), seats), per_volunteer=0)
        # Only now is it known which volunteers and which seats have an eligible pair at all.
        if supply_exceeds_demand(
            volunteers, np.minimum(seats, edges.eligible_count), per_volunteer=per_volunteer, subset=edges.eligible
        ):
            return prune(edges, allowances(volunteers, edges, minutes, per_volunteer=per_volunteer), seats)
    return select_best(per_request=np.maximum(KEPT_IF_SCARCE, 2 * seats), per_volunteer=KEPT_OF_EACH_VOLUNTEER)


def _build_pairs(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, edges: CandidateEdges, chosen: Mask, capacity: Any
) -> tuple[RoundPair, ...]:
    """Return the chosen pairs, and as reserves the best pairs of each request whose volunteers still have capacity."""
    remaining = capacity - np.bincount(edges.volunteer[chosen], minlength=len(volunteers))
    # Pairs of one request are sorted already: by score, then tie break.
    reserves = np.flatnonzero(~chosen & (remaining[edges.volunteer] > 0))
    reserve_rank = 1 + rank_in_group(edges.request[reserves])
    is_listed = reserve_rank <= RESERVES_PER_REQUEST
    reserves, reserve_rank = reserves[is_listed], reserve_rank[is_listed]
    rows = np.concatenate([np.flatnonzero(chosen), reserves])
    rank = np.concatenate([np.zeros(len(rows) - len(reserves), np.int64), reserve_rank])
    order = np.lexsort((rows, rank, edges.request[rows]))
    rows, rank = rows[order], rank[order]
    ids = volunteers.ids[edges.volunteer[rows]], request_arrays.ids[edges.request[rows]]
    return tuple(map(RoundPair, *(column.tolist() for column in (*ids, edges.score[rows], rank))))


def _build_reasons(
    volunteers: VolunteerArrays, request_arrays: RequestArrays, edges: CandidateEdges, rows: Any
) -> dict[tuple[int, int], str]:
    """Return the score breakdown of each chosen pair as JSON, by (volunteer id, request id)."""
    volunteer_idx, request_rows = edges.volunteer[rows], edges.request[rows]
    ids = zip(volunteers.ids[volunteer_idx].tolist(), request_arrays.ids[request_rows].tolist(), strict=True)
    texts = dump_reasons(volunteers, request_arrays, request_rows, volunteer_idx, edges.average_minutes[rows])
    return dict(zip(ids, texts, strict=True))


def _build_unfilled(
    evaluator: Evaluator, request_arrays: RequestArrays, edges: CandidateEdges, chosen: Mask, seats: Any, seed: int
) -> tuple[UnfilledSeats, ...]:
    open_seats = seats - np.bincount(edges.request[chosen], minlength=len(seats))
    short_rows = np.flatnonzero(open_seats > 0)
    first_edges = np.searchsorted(edges.request, short_rows).tolist()
    rows_without_candidates = short_rows[edges.eligible_count[short_rows] == 0].tolist()
    nearest = find_nearest_misses(evaluator, request_arrays, rows_without_candidates, seed=seed)
    unfilled = []
    for request_row, first_edge in zip(short_rows.tolist(), first_edges, strict=True):
        candidates = int(edges.eligible_count[request_row])
        nearest_idx = int(edges.volunteer[first_edge]) if candidates else nearest.get(request_row)
        nearest_volunteer_id = None if nearest_idx is None else int(evaluator.volunteers.ids[nearest_idx])
        unfilled.append(
            UnfilledSeats(
                int(request_arrays.ids[request_row]), int(open_seats[request_row]), candidates, nearest_volunteer_id
            )
        )
    return tuple(unfilled)


def find_nearest_misses(
    evaluator: Evaluator, request_arrays: RequestArrays, rows: Sequence[int], *, seed: int = 0
) -> dict[int, int]:
    """Return, by row of the request, the index of the volunteer with the fewest failed gates and of those the highest score.

    Searches volunteers with the skills and a language, otherwise with the skills, otherwise all (up to
    MAX_NEAR_MISS_PAIRS). Requests without any volunteer to search are left out.
    """
    nearest = dict[int, int]()
    for positions, holders in iter_batches(_iter_near_miss_candidates(evaluator, request_arrays, rows)):
        volunteer_idx = np.concatenate(holders)
        request_rows = np.repeat(np.array(positions, np.int32), [len(indices) for indices in holders])
        failed, average_minutes = evaluator.check_pair_gates(request_arrays, request_rows, volunteer_idx)
        failed_count = sum(flags.astype(np.int32) for gate, flags in failed.items() if gate is not Gate.NOT_OPEN)
        nearest_rows = _rows_with_fewest_failed(request_rows, failed_count)
        volunteer_idx, request_rows = volunteer_idx[nearest_rows], request_rows[nearest_rows]
        average_minutes = average_minutes[nearest_rows]
        score = evaluator.score_pairs(request_arrays, request_rows, volunteer_idx, average_minutes)
        pairs = ScoredPairs(volunteer_idx, request_rows, score, average_minutes)
        key = sort_keys(evaluator.volunteers, request_arrays, pairs, seed)
        for row, start, end in group_spans(request_rows):
            nearest[row] = int(volunteer_idx[start + key[start:end].argmax()])
    return nearest


def _rows_with_fewest_failed(rows: NDArray[np.int32], failed_count: Any) -> NDArray[np.int64]:
    """Return the pairs with the fewest failed gates of their request."""
    spans = group_spans(rows)
    minimum = [failed_count[first:last].min() for _row, first, last in spans]
    return np.flatnonzero(failed_count == np.repeat(minimum, [last - first for _row, first, last in spans]))


def _iter_near_miss_candidates(
    evaluator: Evaluator, request_arrays: RequestArrays, rows: Sequence[int]
) -> Iterator[tuple[int, Indices]]:
    pairs_left = MAX_NEAR_MISS_PAIRS
    for row in rows:
        request = request_arrays.requests[row]
        candidates = evaluator.candidate_index.list_with_skills_and_language(request)
        candidates = candidates if len(candidates) else evaluator.candidate_index.list_with_skills(request)
        if not len(candidates) and pairs_left > 0:
            candidates = evaluator.candidate_index.list_all()
            pairs_left -= len(candidates)
        yield row, candidates


def _build_figures(
    volunteers: VolunteerArrays,
    edges: CandidateEdges,
    chosen: Mask,
    capacity: NDArray[np.int64],
    seats: NDArray[np.int64],
    parameters: RoundParameters,
) -> RoundFigures:
    greedy_choice = greedy(edges.volunteer, edges.request, edges.score, capacity, seats)
    bound = bound_optimum(
        edges.volunteer, edges.request, edges.score, capacity, seats, chosen,
        PrunedEdges(edges.best_pruned, edges.best_pruned_by_volunteer), fill_first=parameters.fill_first,
    )  # fmt: skip
    is_available = volunteers.ready & (capacity > 0)
    proposed_idx: Indices = np.unique(edges.volunteer[chosen])
    return RoundFigures(
        volunteers=int(is_available.sum()),
        requests=len(seats),
        seats=int(seats.sum()),
        pairs=int(edges.eligible_count.sum()),
        kept=len(edges),
        filled=int(chosen.sum()),
        score=int(edges.score[chosen].sum()),
        greedy_filled=int(greedy_choice.sum()),
        greedy_score=int(edges.score[greedy_choice].sum()),
        most_filled=bound.most_pairs,
        most_score=bound.most_score,
        idle=int(is_available.sum()) - len(proposed_idx),
        per_volunteer=parameters.per_volunteer,
        per_seat=parameters.per_seat,
    )
