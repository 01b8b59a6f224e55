"""The pairs among which a round chooses: of every request the best K for whom every gate is open."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Asked, runs
from volunteer_hub.matching.engine.judging import Batch, Judge
from volunteer_hub.matching.engine.keeping import Kept
from volunteer_hub.matching.engine.people import Ints, People, Places
from volunteer_hub.matching.rules import Past, RequestFacts
from volunteer_hub.matching.rules.plans import BEST, BEST_OF_EACH, Progress

PAIRS = 100_000
"""Pairs of a batch, about."""
AT_ONCE = 2
"""Batches that are judged at the same time: two cores are what is counted on (speed.md)."""
MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Edges:
    """One row a kept pair: places in People and in the list of requests, the score, minutes in an average week.

    `found`: candidates of each request before the cut. `dropped`: the best score that was cut off there, or -1;
    `dropped_of`: the same for each volunteer.
    """

    volunteer: Places
    request: Places
    score: NDArray[np.int32]
    average: NDArray[np.int32]
    found: NDArray[np.int32]
    dropped: NDArray[np.int32]
    dropped_of: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.score)


def ties(ids: Ints, request_id: Ints | int, seed: int) -> NDArray[np.uint64]:
    """A number from 1 to 2**32 for each pair that decides between equals: by seed, and nobody is favoured everywhere."""
    own = np.asarray(request_id, np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (ids.astype(np.uint64) + np.uint64(seed % 2**32)) * MIX ^ own
    mixed ^= mixed >> np.uint64(31)
    return mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(32) | np.uint64(1)


def keys(people: People, asked: Asked, batch: Batch, score: NDArray[np.int32], seed: int) -> NDArray[np.uint64]:
    """What pairs are ordered by: the score, then the lot."""
    return score.astype(np.uint64) << np.uint64(32) | ties(people.ids[batch.who], asked.ids[batch.rows], seed)


def keep_best(
    judge: Judge,
    requests: Sequence[RequestFacts],
    *,
    seed: int,
    most: int | None = BEST,
    of_each: int = BEST_OF_EACH,
    progress: Progress | None = None,
) -> Edges:
    """Judge every request; keep its best pairs, and the best of each volunteer. `progress(done, all)` is called now and then.

    Where people are short the best of each request are much the same people everywhere, and the others would go
    without: their own best pairs bring them in.
    """
    people, asked = judge.people, judge.asked(requests)
    kept = Kept(len(requests), len(people), most=most, of_each=of_each)
    done = 0
    for numbers, batch, key in _judged(judge, asked, in_batches(_alike(judge, requests)), seed):
        kept.take(batch.who, batch.rows, key, batch.average)
        done += len(numbers)
        if progress:
            progress(done, len(requests))
    who, rows, key, average = kept.columns()
    return Edges(who, rows, (key >> np.uint64(32)).astype(np.int32), average, kept.found, kept.dropped, kept.dropped_of)


def _judged(
    judge: Judge, asked: Asked, batches: Iterable[tuple[list[int], list[Places]]], seed: int
) -> Iterator[tuple[list[int], Batch, NDArray[np.uint64]]]:
    """Batches with the keys of their pairs, in their order. While one is kept the next ones are judged: numpy lets go of
    Python's lock in its loops. Few at a time, so that their arrays stay few.
    """

    def work(numbers: list[int], holders: list[Places]) -> tuple[list[int], Batch, NDArray[np.uint64]]:
        batch = _that_may(judge.people, asked, judge.batch(asked, numbers, holders))
        return numbers, batch, keys(judge.people, asked, batch, judge.points(asked, batch), seed)

    ahead: deque[Future[tuple[list[int], Batch, NDArray[np.uint64]]]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for numbers, holders in batches:
            ahead.append(pool.submit(work, numbers, holders))
            if len(ahead) > AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _alike(judge: Judge, requests: Sequence[RequestFacts]) -> Iterator[tuple[int, Places]]:
    """Requests and their holders; those that ask for the same stand together, so that these are looked up once."""
    for number in sorted(
        range(len(requests)), key=lambda n: (requests[n].required, sorted(requests[n].languages.items()))
    ):
        yield number, judge.holders(requests[number])


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


def may_be_asked(people: People) -> NDArray[np.bool_]:
    """Whom a round looks at: ready, with room, and not resting."""
    return people.ready & (people.places > people.waiting) & ~people.resting


def _that_may(people: People, asked: Asked, batch: Batch) -> Batch:
    """Without pairs that have a match that waits, lives or ran out lately, or no hours left beside what waits."""
    may = np.ones(len(batch.who), np.bool_)
    if people.waiting_minutes.any():
        may &= people.free[batch.who] - people.waiting_minutes[batch.who] >= asked.weekly[batch.rows]
    for row, first, last in runs(batch.rows) if people.before else ():
        for how in (Past.LIVE, Past.EXPIRED):
            some = people.before.get((asked.requests[row].id, how))
            if some is not None:
                may[first:last] &= ~np.isin(batch.who[first:last], some)
    if may.all():
        return batch
    weeks = None if batch.weeks is None else batch.weeks[may]
    return Batch(batch.who[may], batch.rows[may], batch.average[may], weeks)


def allowances(people: People, edges: Edges, minutes: NDArray[np.int32], *, per_volunteer: int) -> NDArray[np.int64]:
    """How many new proposals each volunteer may get.

    Room for placements less what waits already, the limit on open proposals, and only so many that even the
    longest of the volunteer's kept requests (`minutes` of each request) fit into the free hours together,
    beside what waits for an answer already.
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
    return np.where(room > 1, np.minimum(room, np.maximum(fitting, 1)), room)


def open_seats(
    requests: Sequence[RequestFacts], free: Mapping[int, int], waiting: Mapping[int, int], *, per_seat: int
) -> NDArray[np.int64]:
    """For how many more people each request may be proposed: its free seats, less those who wait already."""
    return np.array([max(0, per_seat * free[r.id] - waiting.get(r.id, 0)) for r in requests], np.int64)
