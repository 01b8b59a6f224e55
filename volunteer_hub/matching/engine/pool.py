"""All volunteers as arrays in the memory of a process, for live shortlists; refreshed from the audit log.

A pool is immutable: a refresh replaces it, and readers of the old one are not disturbed. Volunteers who have changed
are in the small arrays `fresh`, and are marked not ready in `base`; when `fresh` grows, the two are merged.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray

from volunteer_hub.fit.rules import Gate, RequestFacts, Weights
from volunteer_hub.matching.engine import loading, volunteer_arrays
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.overlap import VolunteerWeeks
from volunteer_hub.matching.engine.volunteer_arrays import NO_VOLUNTEERS, Int64s, VocabularyIndex, VolunteerArrays
from volunteer_hub.matching.queries import shortlist_invalidation
from volunteer_hub.matching.queries.shortlist_invalidation import POOL_CACHE, AuditMark
from volunteer_hub.vocabulary import queries as vocabulary

MAX_FRESH = 1_000
"""Changed volunteers in `fresh`; with more of them it is merged into `base`."""
MAX_AGE_SECONDS = 3.0
"""Seconds for which a request waits for the first pool of its process. A longer wait would block all threads."""
RankKey = tuple[int, int]
"""(score, volunteer id): a position in a ranking, highest score first, then lowest id."""


@dataclass(frozen=True)
class VolunteerPool:
    """The volunteers as of `mark` in the audit log, with readiness as of `day`. `checked_at`: monotonic seconds.

    `base_weeks` caches the weeks of `base` in UTC for all evaluators; those of `fresh` are few enough to compute each
    time.
    """

    base: VolunteerArrays
    fresh: VolunteerArrays | None
    mark: AuditMark
    day: dt.date
    checked_at: float
    base_weeks: VolunteerWeeks

    @property
    def parts(self) -> list[VolunteerArrays]:
        """The arrays to evaluate: `base`, and `fresh` if there is one."""
        return [self.base, self.fresh] if self.fresh is not None else [self.base]

    @property
    def ready_count(self) -> int:
        """The number of ready volunteers."""
        return sum(int(part.ready.sum()) for part in self.parts)

    @property
    def index(self) -> VocabularyIndex:
        """The numbers of the vocabulary's codes."""
        return self.base.index

    @property
    def nbytes(self) -> int:
        """The memory of the arrays in bytes."""
        return sum(
            value.nbytes for part in self.parts for value in vars(part).values() if isinstance(value, np.ndarray)
        )

    def _evaluator_of(self, part: VolunteerArrays, today: dt.date, weights: Weights) -> Evaluator:
        return Evaluator(
            part, today=today, weights=weights, volunteer_weeks=self.base_weeks if part is self.base else None
        )

    def rank(
        self,
        request: RequestFacts,
        *,
        today: dt.date,
        weights: Weights,
        limit: int = 20,
        after: RankKey | None = None,
        exclude: Collection[int] = (),
    ) -> list[RankKey]:
        """Return the best eligible volunteers, best first, at most `limit`.

        `after`: only those below this position (paging). `exclude`: volunteer ids to leave out.
        """
        ranking: list[RankKey] = []
        for part in self.parts:
            evaluator = self._evaluator_of(part, today, weights)
            volunteer_idx, common_time = evaluator.find_eligible(request)
            score, ids = evaluator.score(request, volunteer_idx, common_time), part.ids[volunteer_idx]
            is_selected = np.ones(len(volunteer_idx), np.bool_)
            if after:
                is_selected &= (score < after[0]) | ((score == after[0]) & (ids > after[1]))
            if exclude:
                is_selected &= ~np.isin(ids, np.fromiter(exclude, np.int64))
            score, ids = score[is_selected], ids[is_selected]
            rows = _top_rows(score, ids, limit)
            ranking += zip(score[rows].tolist(), ids[rows].tolist(), strict=True)
        return sorted(ranking, key=lambda key: (-key[0], key[1]))[:limit]

    def count_failed_gates(self, request: RequestFacts, *, today: dt.date, weights: Weights) -> Mapping[Gate, int]:
        """Return the number of ready volunteers who fail each gate."""
        counts = dict.fromkeys(Gate, 0)
        for part in self.parts:
            volunteer_idx = np.flatnonzero(part.ready).astype(np.int32)
            flags = self._evaluator_of(part, today, weights).check_gates(request, volunteer_idx)
            flags[Gate.EXCLUDED] = (
                flags[Gate.EXCLUDED] & ~flags[Gate.CONFLICT]
            )  # shown as one group: count nobody twice
            for gate, failed in flags.items():
                counts[gate] += int(failed.sum())
        return counts


def _top_rows(score: Any, ids: Int64s, limit: int) -> NDArray[np.int64]:
    """Return the rows of the `limit` best scores, unordered; of equal scores those with lower ids."""
    key = (score.astype(np.int64) << 32) - ids
    if len(key) <= limit:
        return np.arange(len(key))
    return np.argpartition(key, len(key) - limit)[len(key) - limit :]


class PoolCache:
    """Holds the pool of one process. One thread at a time refreshes it; the others use the current one meanwhile."""

    def __init__(self) -> None:
        self.pool: VolunteerPool | None = None
        self.lock = threading.Lock()

    def get_current(self, today: dt.date) -> VolunteerPool | None:
        """Return the pool, refreshed if it is older than the setting SHORTLIST_SECONDS.

        Returns the old pool while another thread refreshes it, and None while another thread loads the first one.
        """
        pool = self.pool
        if pool is not None and _is_fresh(pool, today):
            return pool
        if not self.lock.acquire(timeout=MAX_AGE_SECONDS if pool is None else 0):
            return pool
        try:
            if self.pool is None or not _is_fresh(self.pool, today):
                self.pool = refresh_pool(self.pool, today)
            return self.pool
        finally:
            self.lock.release()


def get_pool_cache() -> PoolCache:
    """Return the application's cache."""
    cache: PoolCache = current_app.extensions.setdefault(POOL_CACHE, PoolCache())
    return cache


def clear_cache() -> None:
    """Drop the pool: free its memory, and load it anew next time."""
    current_app.extensions.pop(POOL_CACHE, None)


def _is_fresh(pool: VolunteerPool, today: dt.date) -> bool:
    return pool.day == today and time.monotonic() - pool.checked_at <= current_app.config["SHORTLIST_SECONDS"]


def load_pool(today: dt.date) -> VolunteerPool:
    """Load all volunteers into a new pool."""
    vocabulary.clear_cache()
    mark = shortlist_invalidation.current_mark()
    base = loading.load_volunteers(today=today)
    return VolunteerPool(base, None, mark, today, time.monotonic(), VolunteerWeeks(base))


def refresh_pool(pool: VolunteerPool | None, today: dt.date) -> VolunteerPool:
    """Return a pool with the changes since the given one; a newly loaded one if there is none, or the changes are unknown."""
    changes = shortlist_invalidation.find_changes_since(pool.mark) if pool is not None and pool.day == today else None
    if pool is None or changes is None:
        return load_pool(today)
    pool = replace(pool, mark=changes.mark, checked_at=time.monotonic())
    return _apply_changes(pool, sorted(changes.volunteer_ids), today) if changes.volunteer_ids else pool


def _apply_changes(pool: VolunteerPool, volunteer_ids: list[int], today: dt.date) -> VolunteerPool:
    """Reload these volunteers into `fresh`. One whose profile is gone stays in the arrays, not ready."""
    changed = loading.load_volunteers(today=today, ids_only=volunteer_ids, index=pool.index)
    fresh = merge(_mark_not_ready(pool.fresh, volunteer_ids), changed) if pool.fresh is not None else changed
    base = _mark_not_ready(pool.base, volunteer_ids)
    if len(fresh) > MAX_FRESH:
        base = merge(base, fresh)
        return replace(pool, base=base, fresh=None, base_weeks=VolunteerWeeks(base))
    return replace(pool, base=base, fresh=fresh)


def _mark_not_ready(old: VolunteerArrays, volunteer_ids: list[int]) -> VolunteerArrays:
    # Masks do not change here, so the pool's cached weeks stay valid.
    ready, indices = old.ready.copy(), volunteer_arrays.indices_of(old.ids, volunteer_ids)
    ready[indices[indices >= 0]] = False
    return replace(old, ready=ready)


def merge(old: VolunteerArrays, new: VolunteerArrays) -> VolunteerArrays:
    """Merge two sets of volunteers, ordered by id; for a volunteer in both, `new` wins."""
    zones = [*old.zones, *(zone for zone in new.zones if zone not in old.zones)]
    zone_numbers = np.array([zones.index(zone) for zone in new.zones], np.int16)
    new = replace(new, zone=zone_numbers[new.zone] if len(new) else new.zone)
    kept_idx = np.flatnonzero(~np.isin(old.ids, new.ids))
    order = np.argsort(np.concatenate([old.ids[kept_idx], new.ids]))
    new_position = np.empty(len(order), np.int32)
    new_position[order] = np.arange(len(order), dtype=np.int32)
    from_old = np.full(len(old), -1, np.int32)
    from_old[kept_idx], from_new = new_position[: len(kept_idx)], new_position[len(kept_idx) :]
    columns: dict[str, Any] = {"zones": zones, "index": old.index}
    for name in (column.name for column in fields(VolunteerArrays) if column.name not in columns):
        old_column, new_column = getattr(old, name), getattr(new, name)
        if isinstance(old_column, np.ndarray):
            columns[name] = np.concatenate([old_column[..., kept_idx], new_column], axis=-1)[..., order]
        elif name == "overrides":
            columns[name] = _merge_rows(old_column, new_column, from_old, from_new)
        else:
            columns[name] = _merge_indices(old_column, new_column, from_old, from_new)
    return VolunteerArrays(**columns)


def _merge_indices(old: Mapping[Any, Any], new: Mapping[Any, Any], from_old: Any, from_new: Any) -> dict[Any, Any]:
    merged = {}
    for key in old.keys() | new.keys():
        indices = np.concatenate([from_old[old.get(key, NO_VOLUNTEERS)], from_new[new.get(key, NO_VOLUNTEERS)]])
        merged[key] = np.sort(indices[indices >= 0])
    return merged


def _merge_rows(old: Mapping[int, Any], new: Mapping[int, Any], from_old: Any, from_new: Any) -> dict[int, Any]:
    merged: dict[int, list[Any]] = {}
    for rows_of, positions in ((old, from_old), (new, from_new)):
        for request_id, rows in rows_of.items():
            moved = [(int(positions[index]), *rest) for index, *rest in rows if positions[index] >= 0]
            merged.setdefault(request_id, []).extend(moved)
    return merged
