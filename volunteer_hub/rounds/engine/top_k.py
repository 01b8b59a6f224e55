"""The best pairs of each request and of each volunteer, kept while requests go by; the best of the others is remembered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.evaluator import PairBatch
from volunteer_hub.matching.engine.request_arrays import Int32s, UInt8s, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, Int64s

Keys = NDArray[np.uint64]
BELOW = np.uint64(32)
HIGHEST = np.uint64(2**40 - 1)
ELSEWHERE = -1
"""In a volunteer's own list: a place that is free, or a pair that its request keeps anyway."""


class TopK:
    """Of each request at most so many pairs as `most` says for it, and beside them `of_each` of each volunteer.

    `found`: pairs of each request. `dropped`: the best score behind the best of each request, -1 where there is none.
    Nothing better was left out there (a volunteer's own list may hold it after all).
    """

    def __init__(self, per_request: Int64s, people: int, *, per_volunteer: int) -> None:
        self.per_request, self.per_volunteer = per_request, per_volunteer
        self.parts: list[tuple[Indices, Int32s, Keys, Int32s]] = []
        self.eligible_count, self.best_pruned = (
            np.zeros(len(per_request), np.int32),
            np.full(len(per_request), -1, np.int32),
        )
        # One place more than is kept: whoever stands there is the best of those who are left out.
        self.slots = self.per_volunteer + 1 if self.per_volunteer else 0
        self.key = np.zeros((people, self.slots), np.uint64)
        self.request = np.full((people, self.slots), ELSEWHERE, np.int32)
        self.average_minutes = np.zeros((people, self.slots), np.int32)
        self.lowest = np.zeros(people, np.uint64)
        self.floor: UInt8s = np.zeros(people, np.uint8)
        """The score that a pair must reach to come into the volunteer's list."""

    def add(self, found: PrefilterResult, best: Keys, own: Keys) -> None:
        """What requests found that were not here before, with the keys of their pairs: score, then lot."""
        self.eligible_count[found.rows], self.best_pruned[found.rows] = found.eligible_count, found.best_pruned
        least = self._best(found.for_requests, best)
        if self.slots:
            request = np.where(own >= least[found.for_volunteers.rows], ELSEWHERE, found.for_volunteers.rows)
            self._enter(found.for_volunteers.volunteer_idx, request, own, found.for_volunteers.average_minutes)

    def _best(self, pairs: ScoredPairs, key: Keys) -> Keys:
        """Keep the best of each request; gives the least key that each keeps."""
        order = sort_in_groups(pairs.rows, key)
        rows = pairs.rows[order]
        order = order[rank_in_group(rows) < self.per_request[rows]]
        rows, key = pairs.rows[order], key[order]
        self.parts.append((pairs.volunteer_idx[order], rows, key, pairs.average_minutes[order]))
        least = np.zeros(len(self.eligible_count), np.uint64)
        least[rows] = key  # the last one of each stays
        return least

    def _enter(self, who: Indices, request: Int32s, key: Keys, average: Int32s) -> None:
        """Put pairs into their volunteers' lists; each time the least makes room."""
        order = sort_in_groups(who, key)
        place = rank_in_group(who[order])
        for turn in range(self.slots):
            at = order[place == turn]
            at = at[key[at] > self.lowest[who[at]]]
            one = who[at]
            slot = self.key[one].argmin(axis=1)
            self.key[one, slot], self.request[one, slot], self.average_minutes[one, slot] = (
                key[at],
                request[at],
                average[at],
            )
            self.lowest[one] = lowest = self.key[one].min(axis=1)
            self.floor[one] = (lowest >> BELOW).astype(np.uint8)

    @property
    def best_pruned_by_volunteer(self) -> NDArray[np.int32] | None:
        """The same for each volunteer; None where volunteers have no lists of their own."""
        return np.where(self.lowest > 0, (self.lowest >> BELOW).astype(np.int32), -1) if self.slots else None

    def columns(self) -> tuple[Indices, Int32s, Keys, Int32s]:
        """Volunteer, request, key, average minutes of all kept pairs, by request, the best first."""
        one, slot = np.nonzero((self.request != ELSEWHERE) & (self.key > self.lowest[:, None]))
        own = (one.astype(np.int32), self.request[one, slot], self.key[one, slot], self.average_minutes[one, slot])
        who, rows, key, average = (np.concatenate(column) for column in zip(*self.parts, own, strict=True))
        order = sort_in_groups(rows, key)
        return who[order], rows[order], key[order], average[order]


def sort_in_groups(group: Int32s | Indices, key: Keys) -> NDArray[np.int64]:
    """The order by group, in each the highest key first. Keys have 40 bits, so one number says both, and sorts at once."""
    order: NDArray[np.int64] = np.argsort(group.astype(np.uint64) << np.uint64(40) | (key ^ HIGHEST))
    return order


def rank_in_group(group: Int32s | Indices) -> NDArray[np.int64]:
    """0, 1, 2 ... among neighbours that are equal."""
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.empty(0, np.int64)
    return np.arange(len(group)) - np.repeat(first, np.diff(np.r_[first, len(group)]))


class ScoredPairs(NamedTuple):
    """Pairs in columns: volunteer, request, score, minutes in common in an average week."""

    volunteer_idx: Indices
    rows: Int32s
    score: NDArray[np.int32]
    average_minutes: Int32s


class PrefilterResult(NamedTuple):
    """What some requests found. `number`: pairs with every gate open, of each; `behind`: the best score behind the best, or -1.

    `best`: the best of each request, and all that tie with the best behind them. `own`: as good for their volunteer as
    what the volunteer has already, or better.
    """

    rows: Int32s
    eligible_count: Int32s
    best_pruned: Int32s
    for_requests: ScoredPairs
    for_volunteers: ScoredPairs


def prefilter(batch: PairBatch, score: UInt8s, *, per_request: Int64s, floor: UInt8s | None) -> PrefilterResult:
    """The best of each request, so many as `most` says for it, and what reaches the `floor` of its volunteer."""
    rows, first, end = np.array(group_spans(batch.rows), np.int64).reshape(-1, 3).T
    number = end - first
    behind = np.full(len(rows), -1, np.int32)
    limit = per_request[rows]
    for at in np.flatnonzero(number > limit):
        others = number[at] - limit[at] - 1
        behind[at] = np.partition(score[first[at] : end[at]], others)[others]
    best = np.flatnonzero(score >= np.repeat(behind, number))
    own = np.flatnonzero(score >= floor.take(batch.volunteer_idx)) if floor is not None else best[:0]
    return PrefilterResult(
        rows.astype(np.int32), number.astype(np.int32), behind, _some(batch, score, best), _some(batch, score, own)
    )


def _some(batch: PairBatch, score: UInt8s, at: NDArray[np.int64]) -> ScoredPairs:
    who, rows = (column.take(at).astype(np.int32) for column in (batch.volunteer_idx, batch.rows))
    return ScoredPairs(who, rows, score.take(at).astype(np.int32), batch.average_minutes.take(at))
