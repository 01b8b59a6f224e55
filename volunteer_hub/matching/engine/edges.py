"""The pairs among which a round chooses: of every request the best K for whom every gate is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.judging import Judge
from volunteer_hub.matching.engine.people import Ints, People, Places
from volunteer_hub.matching.rules import Past, RequestFacts
from volunteer_hub.matching.rules.plans import BEST, Progress

MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Edges:
    """One row a kept pair: places in People and in the list of requests, and the score.

    `found`: candidates of each request before the cut. `dropped`: the best score that was cut off there, or -1;
    `dropped_of`: the same for each volunteer.
    """

    volunteer: Places
    request: Places
    score: NDArray[np.int32]
    found: NDArray[np.int32]
    dropped: NDArray[np.int32]
    dropped_of: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.score)


def ties(ids: Ints, request_id: int, seed: int) -> NDArray[np.uint64]:
    """A number below 2**32 for each pair that decides between equals: by seed, and nobody is favoured everywhere."""
    own = np.uint64(request_id * 0xBF58476D1CE4E5B9 % 2**64)
    mixed = (ids.astype(np.uint64) + np.uint64(seed % 2**32)) * MIX ^ own
    mixed ^= mixed >> np.uint64(31)
    return mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(32)


def best(score: NDArray[np.int32], tie: NDArray[np.uint64], most: int) -> NDArray[np.int64]:
    """The rows of the `most` best, best first."""
    key = (score.astype(np.uint64) << np.uint64(32)) | tie
    if len(key) > most:
        some = np.argpartition(key, len(key) - most)[len(key) - most :]
        return some[np.argsort(key[some])[::-1]]
    return np.argsort(key)[::-1]


def keep_best(
    judge: Judge,
    requests: Sequence[RequestFacts],
    *,
    seed: int,
    most: int | None = BEST,
    progress: Progress | None = None,
) -> Edges:
    """Judge every request and keep its best pairs. `progress(done, all)` is called now and then."""
    order = sorted(range(len(requests)), key=lambda n: (requests[n].required, sorted(requests[n].languages.items())))
    kept: dict[int, tuple[Places, NDArray[np.int32]]] = {}
    found, dropped = np.zeros(len(requests), np.int32), np.full(len(requests), -1, np.int32)
    dropped_of = np.full(len(judge.people), -1, np.int32)
    for done, number in enumerate(order):
        request = requests[number]
        who, common = judge.possible(request)
        who_may = _may(judge.people, request, who)
        if who_may is not None:
            who, common = who[who_may], type(common)(*(part[who_may] for part in common))
        score = judge.scores(request, who, common)
        found[number] = len(who)
        rows = best(score, ties(judge.people.ids[who], request.id, seed), most or len(who))
        if len(rows) < len(who):
            rest = np.ones(len(who), np.bool_)
            rest[rows] = False
            dropped[number] = score[rest].max()
            np.maximum.at(dropped_of, who[rest], score[rest])
        kept[number] = (who[rows], score[rows])
        if progress and done % 256 == 0:
            progress(done, len(order))
    return _joined([kept[n] for n in range(len(requests))], found, dropped, dropped_of)


def _may(people: People, request: RequestFacts, who: Places) -> NDArray[np.bool_] | None:
    """Those whom a round may ask: not resting, no match with this request that waits, lives or ran out lately."""
    asked = [people.before[request.id, how] for how in (Past.LIVE, Past.EXPIRED) if (request.id, how) in people.before]
    if not asked and not people.resting.any():
        return None
    may: NDArray[np.bool_] = ~people.resting[who]
    return may & ~np.isin(who, np.concatenate(asked)) if asked else may


def _joined(kept: Sequence[tuple[Places, NDArray[np.int32]]], found: Any, dropped: Any, dropped_of: Any) -> Edges:
    sizes = [len(who) for who, _score in kept]
    empty = np.empty(0, np.int32)
    return Edges(
        volunteer=np.concatenate([who for who, _score in kept] or [empty]).astype(np.int32),
        request=np.repeat(np.arange(len(kept), dtype=np.int32), sizes),
        score=np.concatenate([score for _who, score in kept] or [empty]).astype(np.int32),
        found=found,
        dropped=dropped,
        dropped_of=dropped_of,
    )


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
