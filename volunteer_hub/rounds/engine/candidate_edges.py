"""The candidate edges of a round: the best eligible pairs of every request, given to the solver."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.fit.rules import PriorOutcome, RequestFacts, Weights
from volunteer_hub.matching.engine.evaluator import Evaluator, PairBatch
from volunteer_hub.matching.engine.overlap import OverlapBatch
from volunteer_hub.matching.engine.request_arrays import RequestArrays, UInt8s, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, Int64s, VolunteerArrays
from volunteer_hub.rounds.engine.score_tables import ScoreTables
from volunteer_hub.rounds.engine.top_k import Keys, PrefilterResult, ScoredPairs, TopK, prefilter, rank_in_group
from volunteer_hub.rounds.rules import (
    KEPT_IF_PLENTIFUL,
    KEPT_IF_SCARCE,
    KEPT_IN_TRIAL,
    KEPT_OF_CONTESTED,
    KEPT_OF_EACH_VOLUNTEER,
    PLENTY_RATIO,
    VOLUNTEERS_PER_CANDIDATE,
    Progress,
)
from volunteer_hub.rounds.solver.greedy import greedy

PAIRS_PER_BATCH = 500_000
"""Approximate number of pairs evaluated per batch."""
WORKER_COUNT = 2
"""Batches evaluated in parallel; two cores are the smallest supported server."""
Result = TypeVar("Result")
NO_LIMIT = 2**31
"""A limit above the number of pairs of any request."""
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class CandidateEdges:
    """One row per kept pair: index of the volunteer, row of the request, score, common minutes in an average week.

    Per request: `eligible_count`, the eligible pairs before pruning, and `best_pruned`, the best pruned score, -1 for
    none. Per volunteer: `best_pruned_by_volunteer`, if known, and `eligible`, whether there is any eligible pair,
    pruned or not.
    """

    volunteer: Indices
    request: Indices
    score: NDArray[np.int32]
    average_minutes: NDArray[np.int32]
    eligible_count: NDArray[np.int32]
    best_pruned: NDArray[np.int32]
    best_pruned_by_volunteer: NDArray[np.int32] | None
    eligible: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.score)

    def subset(self, flags: NDArray[np.bool_], best_pruned: NDArray[np.int32]) -> CandidateEdges:
        """Return the flagged rows, with the best pruned score per request."""
        rows = np.flatnonzero(flags)
        volunteer, request, score, average_minutes = (
            column.take(rows) for column in (self.volunteer, self.request, self.score, self.average_minutes)
        )
        return CandidateEdges(
            volunteer,
            request,
            score,
            average_minutes,
            self.eligible_count,
            best_pruned,
            self.best_pruned_by_volunteer,
            self.eligible,
        )


def tie_break(ids: Int64s, request_id: Int64s | int, seed: int) -> NDArray[np.uint64]:
    """Return a pseudo-random number below 2**32 for each pair, from the seed: it breaks ties between equal scores.

    It differs by request, so that no volunteer wins every tie, and is odd, so that no key is 0, which marks a free slot.
    """
    request_part = np.asarray(request_id, np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (ids.astype(np.uint64) + np.uint64(seed % 2**32)) * HASH_MULTIPLIER ^ request_part
    mixed ^= mixed >> np.uint64(31)
    return mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(32) | np.uint64(1)


def sort_keys(volunteers: VolunteerArrays, request_arrays: RequestArrays, pairs: ScoredPairs, seed: int) -> Keys:
    """Return the sort key of each pair: the score, then the tie break."""
    return pairs.score.astype(np.uint64) << np.uint64(32) | tie_break(
        volunteers.ids[pairs.volunteer_idx], request_arrays.ids[pairs.rows], seed
    )


def keep_best(
    evaluator: Evaluator,
    requests: Sequence[RequestFacts],
    *,
    seed: int,
    per_request: Int64s | int | None = KEPT_IF_SCARCE,
    per_volunteer: int = KEPT_OF_EACH_VOLUNTEER,
    progress: Progress | None = None,
) -> CandidateEdges:
    """Evaluate all pairs; keep the best of each request and of each volunteer.

    `per_request`: the limit for all requests or for each; None keeps all pairs. `progress(done, total)` is called per
    batch.
    """
    volunteers, request_arrays = evaluator.volunteers, evaluator.request_arrays(requests)
    limits = np.broadcast_to(np.asarray(NO_LIMIT if per_request is None else per_request, np.int64), len(requests))
    top_k = TopK(limits, len(volunteers), per_volunteer=0 if per_request is None else per_volunteer)
    is_candidate = np.zeros(len(volunteers), np.bool_)

    def prefilter_batch(batch: PairBatch, score: UInt8s) -> tuple[PrefilterResult, Keys, Keys]:
        is_candidate[batch.volunteer_idx] = True
        result = prefilter(batch, score, per_request=limits, floor=top_k.floor if top_k.slots else None)
        request_keys, volunteer_keys = (
            sort_keys(volunteers, request_arrays, pairs, seed) for pairs in (result.for_requests, result.for_volunteers)
        )
        return result, request_keys, volunteer_keys

    done_count = 0
    for request_count, result in iter_evaluated(evaluator, requests, prefilter_batch):
        top_k.add(*result)
        done_count += request_count
        if progress:
            progress(done_count, len(requests))
    volunteer_idx, rows, key, average_minutes = top_k.columns()
    score = (key >> np.uint64(32)).astype(np.int32)
    return CandidateEdges(
        volunteer_idx,
        rows,
        score,
        average_minutes,
        top_k.eligible_count,
        top_k.best_pruned,
        top_k.best_pruned_by_volunteer,
        is_candidate,
    )


def iter_evaluated(
    evaluator: Evaluator, requests: Sequence[RequestFacts], then: Callable[[PairBatch, UInt8s], Result]
) -> Iterator[tuple[int, Result]]:
    """Evaluate every pair that a round may propose, in batches of requests.

    Yields the number of requests of a batch and the result of `then` for its pairs and scores. The next WORKER_COUNT
    batches, `then` included, run in threads meanwhile: numpy releases the GIL in its loops. The number of batches
    bounds the memory.
    """
    volunteers, request_arrays = evaluator.volunteers, evaluator.request_arrays(requests)
    pending = deque[Future[tuple[int, Result]]]()
    with make_executor(WORKER_COUNT, len(volunteers) * len(requests)) as pool:
        overlap_future = pool.submit(OverlapBatch, evaluator.volunteer_weeks, request_arrays, evaluator.today)
        tables, overlap_batch = ScoreTables(volunteers, request_arrays), overlap_future.result()

        def evaluate(positions: list[int], eligible: list[Indices]) -> tuple[int, Result]:
            batch = evaluator.evaluate_batch(request_arrays, positions, eligible, overlap_batch)
            batch = _drop_open_matches(volunteers, request_arrays, batch)
            return len(positions), then(batch, tables.score_batch(batch))

        for positions, eligible in iter_batches(evaluator.candidate_index.iter_eligible(requests)):
            pending.append(pool.submit(evaluate, positions, eligible))
            if len(pending) > WORKER_COUNT:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def iter_batches(pairs: Iterable[tuple[int, Indices]]) -> Iterator[tuple[list[int], list[Indices]]]:
    """Group (position of a request, candidates) into batches of about PAIRS_PER_BATCH pairs."""
    positions: list[int] = []
    candidates: list[Indices] = []
    size = 0
    for position, eligible in pairs:
        positions.append(position)
        candidates.append(eligible)
        size += len(eligible)
        if size > PAIRS_PER_BATCH:
            yield positions, candidates
            positions, candidates, size = [], [], 0
    if positions:
        yield positions, candidates


def make_evaluator(volunteers: VolunteerArrays, *, today: dt.date, weights: Weights) -> Evaluator:
    """Return the evaluator of a round: considers available volunteers, with free minutes less those of open matches."""
    remaining_minutes = volunteers.free_minutes - volunteers.waiting_minutes
    return Evaluator(volunteers, today=today, weights=weights, only=is_available(volunteers), free=remaining_minutes)


def is_available(volunteers: VolunteerArrays) -> NDArray[np.bool_]:
    """Flag volunteers whom a round considers: ready, with capacity beside open matches, and not in cooldown."""
    return volunteers.ready & (volunteers.capacity_left > volunteers.waiting) & ~volunteers.in_cooldown


def _drop_open_matches(volunteers: VolunteerArrays, request_arrays: RequestArrays, batch: PairBatch) -> PairBatch:
    """Drop pairs with a live match, or one that expired recently."""
    is_allowed = np.ones(len(batch.volunteer_idx), np.bool_)
    for row, first, last in group_spans(batch.rows) if volunteers.prior_matches else ():
        for outcome in (PriorOutcome.LIVE, PriorOutcome.EXPIRED):
            excluded_idx = volunteers.prior_matches.get((request_arrays.requests[row].id, outcome))
            if excluded_idx is not None:
                is_allowed[first:last] &= ~np.isin(batch.volunteer_idx[first:last], excluded_idx)
    return batch if is_allowed.all() else batch.subset(is_allowed)


def allowances(
    volunteers: VolunteerArrays, edges: CandidateEdges, minutes: NDArray[np.int32], *, per_volunteer: int
) -> NDArray[np.int64]:
    """Return how many new proposals each volunteer may get.

    Limited by the remaining capacity, by open proposals, and by hours: as many of the volunteer's kept requests as fit
    into the free minutes beside open matches, the longest (`minutes` of each request) taken first. If all of them fit, or
    none is kept, hours are no limit: a pruned pair might fit too, and the optimality bound must not be lower than that.
    """
    room = (
        np.minimum(volunteers.capacity_left - volunteers.waiting, per_volunteer - volunteers.proposed)
        .clip(0)
        .astype(np.int64)
    )
    has_several = room[edges.volunteer] > 1
    volunteer_idx, requested_minutes = (
        edges.volunteer[has_several],
        minutes[edges.request[has_several]].astype(np.int64),
    )
    if not len(volunteer_idx):
        return room
    order = np.lexsort((-requested_minutes, volunteer_idx))
    volunteer_idx, requested_minutes = volunteer_idx[order], requested_minutes[order]
    first = np.flatnonzero(np.r_[True, volunteer_idx[1:] != volunteer_idx[:-1]])
    sums = np.cumsum(requested_minutes)
    sums -= np.repeat(sums[first] - requested_minutes[first], np.diff(np.r_[first, len(volunteer_idx)]))
    free = volunteers.free_minutes.astype(np.int64) - volunteers.waiting_minutes
    fitting_count = np.bincount(volunteer_idx, weights=sums <= free[volunteer_idx], minlength=len(volunteers)).astype(
        np.int64
    )
    fitting_count = np.where(
        fitting_count == np.bincount(volunteer_idx, minlength=len(volunteers)), room, fitting_count
    )
    return np.where(room > 1, np.minimum(room, np.maximum(fitting_count, 1)), room)


def supply_exceeds_demand(
    volunteers: VolunteerArrays,
    seats: NDArray[np.int64],
    *,
    per_volunteer: int,
    subset: NDArray[np.bool_] | None = None,
) -> bool:
    """Return whether the volunteers (flags `subset`, or all) have at least PLENTY_RATIO places per seat in one round."""
    free_places = np.minimum(volunteers.capacity_left - volunteers.waiting, per_volunteer - volunteers.proposed).clip(0)
    is_counted = is_available(volunteers) if subset is None else subset & is_available(volunteers)
    return bool(free_places[is_counted].sum() >= PLENTY_RATIO * seats.sum())


def count_proposals_to_make(
    requests: Sequence[RequestFacts], free: Mapping[int, int], waiting: Mapping[int, int], *, per_seat: int
) -> NDArray[np.int64]:
    """Return how many more volunteers each request may be proposed to: `per_seat` per free seat, less open matches."""
    return np.array(
        [max(0, per_seat * free[request.id] - waiting.get(request.id, 0)) for request in requests], np.int64
    )


MAX_PRUNING_PASSES = 2
"""Trials that search for contested requests: one that keeps all its pairs may leave another one short."""


def candidate_limits(volunteer_count: int, seats: Int64s) -> Int64s:
    """Return how many pairs of each request to keep before pruning."""
    return np.maximum(max(KEPT_OF_CONTESTED, volunteer_count // VOLUNTEERS_PER_CANDIDATE), 5 * seats)


def prune(edges: CandidateEdges, capacity: Int64s, seats: Int64s) -> CandidateEdges:
    """Prune the pairs of requests that are not contested. `capacity` per volunteer, `seats` per request."""
    rank = rank_in_group(edges.request)
    is_contested = find_contested(edges, rank, capacity, seats)
    limits = np.maximum(KEPT_IF_PLENTIFUL, 3 * seats)[edges.request]
    is_prunable = ~is_contested[edges.request]
    pruned_rows = np.flatnonzero((rank == limits) & is_prunable)
    best_pruned = edges.best_pruned.copy()
    best_pruned[edges.request[pruned_rows]] = edges.score[pruned_rows]
    return edges.subset((rank < limits) | ~is_prunable, best_pruned)


def find_contested(edges: CandidateEdges, rank: Int64s, capacity: Int64s, seats: Int64s) -> NDArray[np.bool_]:
    """Flag requests that a greedy trial with few pairs leaves short. `rank`: rank of each pair within its request."""
    trial_limits = np.maximum(KEPT_IN_TRIAL, 2 * seats)
    has_more = np.bincount(edges.request, minlength=len(seats)) > trial_limits
    in_trial, is_contested = rank < trial_limits[edges.request], np.zeros(len(seats), np.bool_)
    for _turn in range(MAX_PRUNING_PASSES):
        rows = np.flatnonzero(in_trial | is_contested[edges.request])
        request = edges.request[rows]
        is_chosen = greedy(edges.volunteer[rows], request, edges.score[rows], capacity, seats)
        is_short = has_more & ~is_contested & (np.bincount(request[is_chosen], minlength=len(seats)) < seats)
        if not is_short.any():
            break
        is_contested |= is_short
    return is_contested


MIN_PAIRS_FOR_THREADS = 1_000_000
"""Pairs (volunteers times requests) below which starting threads costs more time than it saves."""


class InlineExecutor(Executor):
    """An executor without threads: runs each submitted call at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the call and return a completed future. An exception propagates to the caller."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def make_executor(number: int, pairs: int) -> Executor:
    """Return a pool of `number` threads, or an InlineExecutor below MIN_PAIRS_FOR_THREADS pairs."""
    return ThreadPoolExecutor(number) if pairs >= MIN_PAIRS_FOR_THREADS else InlineExecutor()
