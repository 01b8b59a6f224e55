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

from volunteer_hub.fit.rules import Past, RequestFacts, Weights
from volunteer_hub.matching.engine.evaluator import Batch, Judge
from volunteer_hub.matching.engine.overlap import Meetings
from volunteer_hub.matching.engine.request_arrays import Asked, Small, runs
from volunteer_hub.matching.engine.volunteer_arrays import Ints, People, Places
from volunteer_hub.rounds.engine.score_tables import Tables
from volunteer_hub.rounds.engine.top_k import Found, Kept, Keys, Some, good_enough, place_in_group
from volunteer_hub.rounds.rules import BEST, BEST_OF_EACH, FEW, MANY, PEOPLE, PLENTY, VERY_FEW, Progress
from volunteer_hub.rounds.solver.greedy import greedy

PAIRS = 500_000
"""Pairs of a batch, about."""
AT_ONCE = 2
"""Batches that are judged at the same time: two cores are what is counted on (speed.md)."""
Made = TypeVar("Made")
ALL = 2**31
"""More pairs than any request has."""
MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Edges:
    """One row a kept pair: places in People and in the list of requests, the score, minutes in an average week.

    `found`: candidates of each request before the cut. `dropped`: nothing better was cut off there, -1 for nothing at
    all; `dropped_of`: the same for each volunteer, where it is known. `able`: who could take some request, kept or not.
    """

    volunteer: Places
    request: Places
    score: NDArray[np.int32]
    average: NDArray[np.int32]
    found: NDArray[np.int32]
    dropped: NDArray[np.int32]
    dropped_of: NDArray[np.int32] | None
    able: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.score)

    def some(self, flags: NDArray[np.bool_], dropped: NDArray[np.int32]) -> Edges:
        """These of them, with what is then cut off at each request."""
        rows = np.flatnonzero(flags)
        who, request, score, average = (
            column.take(rows) for column in (self.volunteer, self.request, self.score, self.average)
        )
        return Edges(who, request, score, average, self.found, dropped, self.dropped_of, self.able)


def ties(ids: Ints, request_id: Ints | int, seed: int) -> NDArray[np.uint64]:
    """An odd number below 2**32 for each pair that decides between equals: by seed, and nobody is favoured everywhere."""
    own = np.asarray(request_id, np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (ids.astype(np.uint64) + np.uint64(seed % 2**32)) * MIX ^ own
    mixed ^= mixed >> np.uint64(31)
    return mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(32) | np.uint64(1)


def keys(people: People, asked: Asked, pairs: Some, seed: int) -> Keys:
    """What pairs are ordered by: the score, then the lot."""
    return pairs.score.astype(np.uint64) << np.uint64(32) | ties(people.ids[pairs.who], asked.ids[pairs.rows], seed)


def keep_best(
    judge: Judge,
    requests: Sequence[RequestFacts],
    *,
    seed: int,
    most: Ints | int | None = BEST,
    of_each: int = BEST_OF_EACH,
    progress: Progress | None = None,
) -> Edges:
    """Judge every request; keep its best pairs, and the best of each volunteer. `progress(done, all)` is called now and then.

    `most`: so many of each request, or of this and that one; None for all of them.
    """
    people, asked = judge.people, judge.asked(requests)
    limits = np.broadcast_to(np.asarray(ALL if most is None else most, np.int64), len(requests))
    kept, able = Kept(limits, len(people), of_each=0 if most is None else of_each), np.zeros(len(people), np.bool_)

    def worth_keeping(batch: Batch, score: Small) -> tuple[Found, Keys, Keys]:
        able[batch.who] = True
        found = good_enough(batch, score, most=limits, floor=kept.floor if kept.places else None)
        best, own = (keys(people, asked, some, seed) for some in (found.best, found.own))
        return found, best, own

    done = 0
    for number, found in judged(judge, requests, worth_keeping):
        kept.take(*found)
        done += number
        if progress:
            progress(done, len(requests))
    who, rows, key, average = kept.columns()
    score = (key >> np.uint64(32)).astype(np.int32)
    return Edges(who, rows, score, average, kept.found, kept.dropped, kept.dropped_of, able)


def judged(
    judge: Judge, requests: Sequence[RequestFacts], then: Callable[[Batch, Small], Made]
) -> Iterator[tuple[int, Made]]:
    """Every pair that a round may propose, in batches of requests: how many requests, and what `then` makes of the pairs
    and their scores. While one batch is used the next ones are judged, by `then` too: numpy lets go of Python's lock in
    its loops. Few at a time, so that their arrays stay few.
    """
    people, asked, ahead = judge.people, judge.asked(requests), deque[Future[tuple[int, Made]]]()
    with workers(AT_ONCE, len(people) * len(requests)) as pool:
        made = pool.submit(Meetings, judge.weeks, asked, judge.today)
        tables, meetings = Tables(people, asked), made.result()

        def work(numbers: list[int], able: list[Places]) -> tuple[int, Made]:
            batch = _that_may(people, asked, judge.batch(asked, numbers, able, meetings))
            return len(numbers), then(batch, tables.points(batch))

        for numbers, able in in_batches(judge.finder.each(requests)):
            ahead.append(pool.submit(work, numbers, able))
            if len(ahead) > AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def in_batches(pairs: Iterable[tuple[int, Places]]) -> Iterator[tuple[list[int], list[Places]]]:
    """Requests with people, so many at a time that the arrays stay small and the calls few."""
    numbers: list[int] = []
    people: list[Places] = []
    size = 0
    for number, who in pairs:
        numbers.append(number)
        people.append(who)
        size += len(who)
        if size > PAIRS:
            yield numbers, people
            numbers, people, size = [], [], 0
    if numbers:
        yield numbers, people


def round_judge(people: People, *, today: dt.date, weights: Weights) -> Judge:
    """Judges for a round: looks only at those who may be asked, and at the hours that are left beside what waits."""
    left = people.free - people.waiting_minutes
    return Judge(people, today=today, weights=weights, only=may_be_asked(people), free=left)


def may_be_asked(people: People) -> NDArray[np.bool_]:
    """Whom a round looks at: ready, with room, and not resting."""
    return people.ready & (people.places > people.waiting) & ~people.resting


def _that_may(people: People, asked: Asked, batch: Batch) -> Batch:
    """Without pairs that have a match that waits, lives or ran out lately."""
    may = np.ones(len(batch.who), np.bool_)
    for row, first, last in runs(batch.rows) if people.before else ():
        for how in (Past.LIVE, Past.EXPIRED):
            some = people.before.get((asked.requests[row].id, how))
            if some is not None:
                may[first:last] &= ~np.isin(batch.who[first:last], some)
    return batch if may.all() else batch.some(may)


def allowances(people: People, edges: Edges, minutes: NDArray[np.int32], *, per_volunteer: int) -> NDArray[np.int64]:
    """How many new proposals each volunteer may get.

    Room for placements less what waits already, the limit on open proposals, and only so many that even the
    longest of the volunteer's kept requests (`minutes` of each request) fit into the free hours together,
    beside what waits for an answer already. Where all of them fit, or none is kept, hours limit nothing: a pair that was
    cut off might go with them, and the bound must not be lower than that.
    """
    room = np.minimum(people.places - people.waiting, per_volunteer - people.proposed).clip(0).astype(np.int64)
    several = room[edges.volunteer] > 1
    who, asked = edges.volunteer[several], minutes[edges.request[several]].astype(np.int64)
    if not len(who):
        return room
    order = np.lexsort((-asked, who))
    who, asked = who[order], asked[order]
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    sums = np.cumsum(asked)
    sums -= np.repeat(sums[first] - asked[first], np.diff(np.r_[first, len(who)]))
    free = people.free.astype(np.int64) - people.waiting_minutes
    fitting = np.bincount(who, weights=sums <= free[who], minlength=len(people)).astype(np.int64)
    fitting = np.where(fitting == np.bincount(who, minlength=len(people)), room, fitting)
    return np.where(room > 1, np.minimum(room, np.maximum(fitting, 1)), room)


def are_plenty(
    people: People, seats: NDArray[np.int64], *, per_volunteer: int, who: NDArray[np.bool_] | None = None
) -> bool:
    """Whether volunteers (`who`: these of them) have places enough, of those that one round may fill, that hardly a seat
    stays empty for want of them.
    """
    places = np.minimum(people.places - people.waiting, per_volunteer - people.proposed).clip(0)
    may = may_be_asked(people) if who is None else who & may_be_asked(people)
    return bool(places[may].sum() >= PLENTY * seats.sum())


def open_seats(
    requests: Sequence[RequestFacts], free: Mapping[int, int], waiting: Mapping[int, int], *, per_seat: int
) -> NDArray[np.int64]:
    """For how many more people each request may be proposed: its free seats, less those who wait already."""
    return np.array([max(0, per_seat * free[r.id] - waiting.get(r.id, 0)) for r in requests], np.int64)


TURNS = 2
"""So often is looked who is left short: who keeps all may leave another one short."""


def limits(people: int, seats: Ints) -> Ints:
    """How many pairs of each request are worth keeping."""
    return np.maximum(max(MANY, people // PEOPLE), 5 * seats)


def narrowed(edges: Edges, capacity: Ints, seats: Ints) -> Edges:
    """`edges` without what is not needed. `capacity` of each volunteer, `seats` of each request."""
    place = place_in_group(edges.request)
    compete = competing(edges, place, capacity, seats)
    few = np.maximum(FEW, 3 * seats)[edges.request]
    spared = ~compete[edges.request]
    cut = np.flatnonzero((place == few) & spared)
    dropped = edges.dropped.copy()
    dropped[edges.request[cut]] = edges.score[cut]
    return edges.some((place < few) | ~spared, dropped)


def competing(edges: Edges, place: Ints, capacity: Ints, seats: Ints) -> NDArray[np.bool_]:
    """Which requests a quick choice leaves short though more people could take them. `place` of each pair in its request."""
    very_few = np.maximum(VERY_FEW, 2 * seats)
    more = np.bincount(edges.request, minlength=len(seats)) > very_few
    first, compete = place < very_few[edges.request], np.zeros(len(seats), np.bool_)
    for _turn in range(TURNS):
        rows = np.flatnonzero(first | compete[edges.request])
        request = edges.request[rows]
        simple = greedy(edges.volunteer[rows], request, edges.score[rows], capacity, seats)
        short = more & ~compete & (np.bincount(request[simple], minlength=len(seats)) < seats)
        if not short.any():
            break
        compete |= short
    return compete


WORTH_IT = 1_000_000
"""Pairs (volunteers times requests); below, starting threads takes longer than what they save."""


class AtOnce(Executor):
    """Does what is submitted before it says that it has taken it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def workers(number: int, pairs: int) -> Executor:
    """So many threads, if there are pairs enough."""
    return ThreadPoolExecutor(number) if pairs >= WORTH_IT else AtOnce()
