"""The pairs among which a round chooses: of every request the best K for whom every gate is open."""

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
    MAX_CANDIDATES,
    MAX_CANDIDATES_CONTESTED,
    MAX_PER_VOLUNTEER,
    MIN_CANDIDATES,
    MIN_CANDIDATES_TRIAL,
    PLENTY_RATIO,
    VOLUNTEERS_PER_CANDIDATE,
    Progress,
)
from volunteer_hub.rounds.solver.greedy import greedy

PAIRS_PER_BATCH = 500_000
"""Pairs of a batch, about."""
WORKER_COUNT = 2
"""Batches that are judged at the same time: two cores are what is counted on (speed.md)."""
Result = TypeVar("Result")
KEEP_ALL = 2**31
"""More pairs than any request has."""
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class CandidateEdges:
    """One row a kept pair: places in People and in the list of requests, the score, minutes in an average week.

    `found`: candidates of each request before the cut. `dropped`: nothing better was cut off there, -1 for nothing at
    all; `dropped_of`: the same for each volunteer, where it is known. `able`: who could take some request, kept or not.
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

    def subset(self, flags: NDArray[np.bool_], dropped: NDArray[np.int32]) -> CandidateEdges:
        """These of them, with what is then cut off at each request."""
        rows = np.flatnonzero(flags)
        who, request, score, average = (
            column.take(rows) for column in (self.volunteer, self.request, self.score, self.average_minutes)
        )
        return CandidateEdges(
            who, request, score, average, self.eligible_count, dropped, self.best_pruned_by_volunteer, self.eligible
        )


def tie_break(ids: Int64s, request_id: Int64s | int, seed: int) -> NDArray[np.uint64]:
    """An odd number below 2**32 for each pair that decides between equals: by seed, and nobody is favoured everywhere."""
    own = np.asarray(request_id, np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (ids.astype(np.uint64) + np.uint64(seed % 2**32)) * HASH_MULTIPLIER ^ own
    mixed ^= mixed >> np.uint64(31)
    return mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(32) | np.uint64(1)


def sort_keys(people: VolunteerArrays, asked: RequestArrays, pairs: ScoredPairs, seed: int) -> Keys:
    """What pairs are ordered by: the score, then the lot."""
    return pairs.score.astype(np.uint64) << np.uint64(32) | tie_break(
        people.ids[pairs.volunteer_idx], asked.ids[pairs.rows], seed
    )


def keep_best(
    judge: Evaluator,
    requests: Sequence[RequestFacts],
    *,
    seed: int,
    per_request: Int64s | int | None = MAX_CANDIDATES,
    per_volunteer: int = MAX_PER_VOLUNTEER,
    progress: Progress | None = None,
) -> CandidateEdges:
    """Judge every request; keep its best pairs, and the best of each volunteer. `progress(done, all)` is called now and then.

    `most`: so many of each request, or of this and that one; None for all of them.
    """
    people, asked = judge.volunteers, judge.request_arrays(requests)
    limits = np.broadcast_to(np.asarray(KEEP_ALL if per_request is None else per_request, np.int64), len(requests))
    kept, able = (
        TopK(limits, len(people), per_volunteer=0 if per_request is None else per_volunteer),
        np.zeros(len(people), np.bool_),
    )

    def worth_keeping(batch: PairBatch, score: UInt8s) -> tuple[PrefilterResult, Keys, Keys]:
        able[batch.volunteer_idx] = True
        found = prefilter(batch, score, per_request=limits, floor=kept.floor if kept.slots else None)
        best, own = (sort_keys(people, asked, some, seed) for some in (found.for_requests, found.for_volunteers))
        return found, best, own

    done = 0
    for number, found in iter_evaluated(judge, requests, worth_keeping):
        kept.add(*found)
        done += number
        if progress:
            progress(done, len(requests))
    who, rows, key, average = kept.columns()
    score = (key >> np.uint64(32)).astype(np.int32)
    return CandidateEdges(
        who, rows, score, average, kept.eligible_count, kept.best_pruned, kept.best_pruned_by_volunteer, able
    )


def iter_evaluated(
    judge: Evaluator, requests: Sequence[RequestFacts], then: Callable[[PairBatch, UInt8s], Result]
) -> Iterator[tuple[int, Result]]:
    """Every pair that a round may propose, in batches of requests: how many requests, and what `then` makes of the pairs
    and their scores. While one batch is used the next ones are judged, by `then` too: numpy lets go of Python's lock in
    its loops. Few at a time, so that their arrays stay few.
    """
    people, asked, ahead = judge.volunteers, judge.request_arrays(requests), deque[Future[tuple[int, Result]]]()
    with make_executor(WORKER_COUNT, len(people) * len(requests)) as pool:
        made = pool.submit(OverlapBatch, judge.volunteer_weeks, asked, judge.today)
        tables, meetings = ScoreTables(people, asked), made.result()

        def work(numbers: list[int], able: list[Indices]) -> tuple[int, Result]:
            batch = _that_may(people, asked, judge.evaluate_batch(asked, numbers, able, meetings))
            return len(numbers), then(batch, tables.score_batch(batch))

        for numbers, able in iter_batches(judge.candidate_index.iter_eligible(requests)):
            ahead.append(pool.submit(work, numbers, able))
            if len(ahead) > WORKER_COUNT:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def iter_batches(pairs: Iterable[tuple[int, Indices]]) -> Iterator[tuple[list[int], list[Indices]]]:
    """Requests with people, so many at a time that the arrays stay small and the calls few."""
    numbers: list[int] = []
    people: list[Indices] = []
    size = 0
    for number, who in pairs:
        numbers.append(number)
        people.append(who)
        size += len(who)
        if size > PAIRS_PER_BATCH:
            yield numbers, people
            numbers, people, size = [], [], 0
    if numbers:
        yield numbers, people


def make_evaluator(people: VolunteerArrays, *, today: dt.date, weights: Weights) -> Evaluator:
    """Judges for a round: looks only at those who may be asked, and at the hours that are left beside what waits."""
    left = people.free_minutes - people.waiting_minutes
    return Evaluator(people, today=today, weights=weights, only=is_available(people), free=left)


def is_available(people: VolunteerArrays) -> NDArray[np.bool_]:
    """Whom a round looks at: ready, with room, and not resting."""
    return people.ready & (people.capacity_left > people.waiting) & ~people.in_cooldown


def _that_may(people: VolunteerArrays, asked: RequestArrays, batch: PairBatch) -> PairBatch:
    """Without pairs that have a match that waits, lives or ran out lately."""
    may = np.ones(len(batch.volunteer_idx), np.bool_)
    for row, first, last in group_spans(batch.rows) if people.prior_matches else ():
        for how in (PriorOutcome.LIVE, PriorOutcome.EXPIRED):
            some = people.prior_matches.get((asked.requests[row].id, how))
            if some is not None:
                may[first:last] &= ~np.isin(batch.volunteer_idx[first:last], some)
    return batch if may.all() else batch.subset(may)


def allowances(
    people: VolunteerArrays, edges: CandidateEdges, minutes: NDArray[np.int32], *, per_volunteer: int
) -> NDArray[np.int64]:
    """How many new proposals each volunteer may get.

    Room for placements less what waits already, the limit on open proposals, and only so many that even the
    longest of the volunteer's kept requests (`minutes` of each request) fit into the free hours together,
    beside what waits for an answer already. Where all of them fit, or none is kept, hours limit nothing: a pair that was
    cut off might go with them, and the bound must not be lower than that.
    """
    room = np.minimum(people.capacity_left - people.waiting, per_volunteer - people.proposed).clip(0).astype(np.int64)
    several = room[edges.volunteer] > 1
    who, asked = edges.volunteer[several], minutes[edges.request[several]].astype(np.int64)
    if not len(who):
        return room
    order = np.lexsort((-asked, who))
    who, asked = who[order], asked[order]
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    sums = np.cumsum(asked)
    sums -= np.repeat(sums[first] - asked[first], np.diff(np.r_[first, len(who)]))
    free = people.free_minutes.astype(np.int64) - people.waiting_minutes
    fitting = np.bincount(who, weights=sums <= free[who], minlength=len(people)).astype(np.int64)
    fitting = np.where(fitting == np.bincount(who, minlength=len(people)), room, fitting)
    return np.where(room > 1, np.minimum(room, np.maximum(fitting, 1)), room)


def supply_exceeds_demand(
    people: VolunteerArrays, seats: NDArray[np.int64], *, per_volunteer: int, subset: NDArray[np.bool_] | None = None
) -> bool:
    """Whether volunteers (`who`: these of them) have places enough, of those that one round may fill, that hardly a seat
    stays empty for want of them.
    """
    places = np.minimum(people.capacity_left - people.waiting, per_volunteer - people.proposed).clip(0)
    may = is_available(people) if subset is None else subset & is_available(people)
    return bool(places[may].sum() >= PLENTY_RATIO * seats.sum())


def count_open_seats(
    requests: Sequence[RequestFacts], free: Mapping[int, int], waiting: Mapping[int, int], *, per_seat: int
) -> NDArray[np.int64]:
    """For how many more people each request may be proposed: its free seats, less those who wait already."""
    return np.array([max(0, per_seat * free[r.id] - waiting.get(r.id, 0)) for r in requests], np.int64)


MAX_PRUNING_PASSES = 2
"""So often is looked who is left short: who keeps all may leave another one short."""


def candidate_limits(people: int, seats: Int64s) -> Int64s:
    """How many pairs of each request are worth keeping."""
    return np.maximum(max(MAX_CANDIDATES_CONTESTED, people // VOLUNTEERS_PER_CANDIDATE), 5 * seats)


def prune(edges: CandidateEdges, capacity: Int64s, seats: Int64s) -> CandidateEdges:
    """`edges` without what is not needed. `capacity` of each volunteer, `seats` of each request."""
    place = rank_in_group(edges.request)
    compete = find_contested(edges, place, capacity, seats)
    few = np.maximum(MIN_CANDIDATES, 3 * seats)[edges.request]
    spared = ~compete[edges.request]
    cut = np.flatnonzero((place == few) & spared)
    dropped = edges.best_pruned.copy()
    dropped[edges.request[cut]] = edges.score[cut]
    return edges.subset((place < few) | ~spared, dropped)


def find_contested(edges: CandidateEdges, place: Int64s, capacity: Int64s, seats: Int64s) -> NDArray[np.bool_]:
    """Which requests a quick choice leaves short though more people could take them. `place` of each pair in its request."""
    very_few = np.maximum(MIN_CANDIDATES_TRIAL, 2 * seats)
    more = np.bincount(edges.request, minlength=len(seats)) > very_few
    first, compete = place < very_few[edges.request], np.zeros(len(seats), np.bool_)
    for _turn in range(MAX_PRUNING_PASSES):
        rows = np.flatnonzero(first | compete[edges.request])
        request = edges.request[rows]
        simple = greedy(edges.volunteer[rows], request, edges.score[rows], capacity, seats)
        short = more & ~compete & (np.bincount(request[simple], minlength=len(seats)) < seats)
        if not short.any():
            break
        compete |= short
    return compete


MIN_PAIRS_FOR_THREADS = 1_000_000
"""Pairs (volunteers times requests); below, starting threads takes longer than what they save."""


class InlineExecutor(Executor):
    """Does what is submitted before it says that it has taken it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def make_executor(number: int, pairs: int) -> Executor:
    """So many threads, if there are pairs enough."""
    return ThreadPoolExecutor(number) if pairs >= MIN_PAIRS_FOR_THREADS else InlineExecutor()
