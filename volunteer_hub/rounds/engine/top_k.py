"""Top-k selection of pairs per request and per volunteer over batches, with the best pruned score as the input of the bound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.evaluator import PairBatch
from volunteer_hub.matching.engine.request_arrays import Int32s, UInt8s, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, Int64s

Keys = NDArray[np.uint64]
SCORE_SHIFT = np.uint64(32)
MAX_KEY = np.uint64(2**40 - 1)
NO_REQUEST = -1
"""In a volunteer's list: a free slot, or a pair that its request keeps anyway."""


class TopK:
    """Keeps the best pairs: at most `per_request[r]` of request r, and in addition `per_volunteer` of each volunteer.

    `eligible_count`: pairs seen per request. `best_pruned`: the best score among the pairs that a request does not
    keep, -1 for none; no better pair of the request was pruned (the pair itself may be kept in a volunteer's list).
    """

    def __init__(self, per_request: Int64s, volunteer_count: int, *, per_volunteer: int) -> None:
        self.per_request, self.per_volunteer = per_request, per_volunteer
        self.batches: list[tuple[Indices, Int32s, Keys, Int32s]] = []
        self.eligible_count = np.zeros(len(per_request), np.int32)
        self.best_pruned = np.full(len(per_request), -1, np.int32)
        # One slot more than is kept: the lowest entry is the best pruned pair.
        self.slots = self.per_volunteer + 1 if self.per_volunteer else 0
        self.key = np.zeros((volunteer_count, self.slots), np.uint64)
        self.request = np.full((volunteer_count, self.slots), NO_REQUEST, np.int32)
        self.average_minutes = np.zeros((volunteer_count, self.slots), np.int32)
        self.lowest = np.zeros(volunteer_count, np.uint64)
        self.floor: UInt8s = np.zeros(volunteer_count, np.uint8)
        """The score that a pair must reach to enter the volunteer's list."""

    def add(self, result: PrefilterResult, request_keys: Keys, volunteer_keys: Keys) -> None:
        """Add the pairs of requests that were not added before, with the sort keys of both kinds of pair."""
        self.eligible_count[result.rows], self.best_pruned[result.rows] = result.eligible_count, result.best_pruned
        lowest_kept = self._keep_best_of_requests(result.for_requests, request_keys)
        if self.slots:
            pairs = result.for_volunteers
            request = np.where(volunteer_keys >= lowest_kept[pairs.rows], NO_REQUEST, pairs.rows)
            self._insert_into_volunteer_lists(pairs.volunteer_idx, request, volunteer_keys, pairs.average_minutes)

    def _keep_best_of_requests(self, pairs: ScoredPairs, key: Keys) -> Keys:
        """Keep the best pairs of each request. Returns the lowest key that each request keeps."""
        order = sort_in_groups(pairs.rows, key)
        rows = pairs.rows[order]
        order = order[rank_in_group(rows) < self.per_request[rows]]
        rows, key = pairs.rows[order], key[order]
        self.batches.append((pairs.volunteer_idx[order], rows, key, pairs.average_minutes[order]))
        lowest_kept = np.zeros(len(self.eligible_count), np.uint64)
        lowest_kept[rows] = key  # assigned in order: the last, lowest key of each request remains
        return lowest_kept

    def _insert_into_volunteer_lists(
        self, volunteer_idx: Indices, request: Int32s, key: Keys, average_minutes: Int32s
    ) -> None:
        """Insert pairs into their volunteers' lists, each replacing the lowest entry if it is higher."""
        order = sort_in_groups(volunteer_idx, key)
        rank = rank_in_group(volunteer_idx[order])
        for step in range(self.slots):
            entering = order[rank == step]
            entering = entering[key[entering] > self.lowest[volunteer_idx[entering]]]
            entering_idx = volunteer_idx[entering]
            slot = self.key[entering_idx].argmin(axis=1)
            self.key[entering_idx, slot] = key[entering]
            self.request[entering_idx, slot] = request[entering]
            self.average_minutes[entering_idx, slot] = average_minutes[entering]
            self.lowest[entering_idx] = lowest = self.key[entering_idx].min(axis=1)
            self.floor[entering_idx] = (lowest >> SCORE_SHIFT).astype(np.uint8)

    @property
    def best_pruned_by_volunteer(self) -> NDArray[np.int32] | None:
        """The best score that a volunteer's list does not keep, -1 for none; None if volunteers have no lists."""
        return np.where(self.lowest > 0, (self.lowest >> SCORE_SHIFT).astype(np.int32), -1) if self.slots else None

    def columns(self) -> tuple[Indices, Int32s, Keys, Int32s]:
        """Return volunteer, request, key and average minutes of all kept pairs, by request, best first."""
        listed_idx, slot = np.nonzero((self.request != NO_REQUEST) & (self.key > self.lowest[:, None]))
        listed = (
            listed_idx.astype(np.int32),
            self.request[listed_idx, slot],
            self.key[listed_idx, slot],
            self.average_minutes[listed_idx, slot],
        )
        volunteer_idx, rows, key, average_minutes = (
            np.concatenate(column) for column in zip(*self.batches, listed, strict=True)
        )
        order = sort_in_groups(rows, key)
        return volunteer_idx[order], rows[order], key[order], average_minutes[order]


def sort_in_groups(group: Int32s | Indices, key: Keys) -> NDArray[np.int64]:
    """Return the order by group, then highest key first. Keys have 40 bits, so group and key fit into one sortable number."""
    order: NDArray[np.int64] = np.argsort(group.astype(np.uint64) << np.uint64(40) | (key ^ MAX_KEY))
    return order


def rank_in_group(group: Int32s | Indices) -> NDArray[np.int64]:
    """Return the rank 0, 1, 2, ... of each entry within its run of equal values."""
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.empty(0, np.int64)
    return np.arange(len(group)) - np.repeat(first, np.diff(np.r_[first, len(group)]))


class ScoredPairs(NamedTuple):
    """Pairs as columns: index of the volunteer, row of the request, score, common minutes in an average week."""

    volunteer_idx: Indices
    rows: Int32s
    score: NDArray[np.int32]
    average_minutes: Int32s


class PrefilterResult(NamedTuple):
    """The pairs of a batch of requests (`rows`) that may be among the best.

    `eligible_count`: eligible pairs per request. `best_pruned`: the best score beyond its limit, or -1. `for_requests`:
    pairs with at least that score, ties included. `for_volunteers`: pairs that reach the floor of their volunteer's
    list.
    """

    rows: Int32s
    eligible_count: Int32s
    best_pruned: Int32s
    for_requests: ScoredPairs
    for_volunteers: ScoredPairs


def prefilter(batch: PairBatch, score: UInt8s, *, per_request: Int64s, floor: UInt8s | None) -> PrefilterResult:
    """Return the best pairs of each request up to its limit, and those that reach the `floor` of their volunteer's list."""
    rows, starts, ends = np.array(group_spans(batch.rows), np.int64).reshape(-1, 3).T
    counts = ends - starts
    best_pruned = np.full(len(rows), -1, np.int32)
    limits = per_request[rows]
    for row in np.flatnonzero(counts > limits):
        kth = counts[row] - limits[row] - 1
        best_pruned[row] = np.partition(score[starts[row] : ends[row]], kth)[kth]
    for_requests = np.flatnonzero(score >= np.repeat(best_pruned, counts))
    for_volunteers = np.flatnonzero(score >= floor.take(batch.volunteer_idx)) if floor is not None else for_requests[:0]
    return PrefilterResult(
        rows.astype(np.int32),
        counts.astype(np.int32),
        best_pruned,
        _take_pairs(batch, score, for_requests),
        _take_pairs(batch, score, for_volunteers),
    )


def _take_pairs(batch: PairBatch, score: UInt8s, at: NDArray[np.int64]) -> ScoredPairs:
    volunteer_idx, rows = (column.take(at).astype(np.int32) for column in (batch.volunteer_idx, batch.rows))
    return ScoredPairs(volunteer_idx, rows, score.take(at).astype(np.int32), batch.average_minutes.take(at))
