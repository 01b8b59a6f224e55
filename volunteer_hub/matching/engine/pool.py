"""All volunteers as arrays in the memory of a process, for live shortlists; brought up to date from the audit trail.

A pool is never changed: a newer one takes its place, and whoever reads the old one goes on reading it. Those who
have changed stand in `fresh`, few, and are not ready any more in `base`; now and then the two become one.
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
from volunteer_hub.matching.queries.shortlist_invalidation import AuditMark
from volunteer_hub.vocabulary import queries as vocabulary

POOL_CACHE = "volunteer_pool"
MAX_FRESH = 1_000
"""Changed volunteers beside the others; with more, the two are joined."""
MAX_AGE_SECONDS = 3.0
"""Seconds for which a page waits for the first pool of its process; longer, and all threads would stand and wait."""
RankKey = tuple[int, int]
"""(score, volunteer): where one stands in a ranking, best first, then by number."""


@dataclass(frozen=True)
class VolunteerPool:
    """The volunteers as of `mark` in the trail, judged by the readiness of `day`.

    `weeks`: the weeks of `base` in UTC, worked out once for all that ask; `fresh` are few enough to do it each time.
    """

    base: VolunteerArrays
    fresh: VolunteerArrays | None
    mark: AuditMark
    day: dt.date
    checked_at: float
    base_weeks: VolunteerWeeks

    @property
    def parts(self) -> list[VolunteerArrays]:
        """All that is judged."""
        return [self.base, self.fresh] if self.fresh is not None else [self.base]

    @property
    def ready_count(self) -> int:
        """How many volunteers are ready."""
        return sum(int(part.ready.sum()) for part in self.parts)

    @property
    def index(self) -> VocabularyIndex:
        """The numbers of the curated words."""
        return self.base.index

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return sum(
            value.nbytes for part in self.parts for value in vars(part).values() if isinstance(value, np.ndarray)
        )

    def _judge(self, part: VolunteerArrays, today: dt.date, weights: Weights) -> Evaluator:
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
        """The best of all for whom every gate is open, without `exclude`, after a place; best first."""
        found: list[RankKey] = []
        for part in self.parts:
            judge = self._judge(part, today, weights)
            who, common = judge.find_eligible(request)
            score, ids = judge.score(request, who, common), part.ids[who]
            wanted = np.ones(len(who), np.bool_)
            if after:
                wanted &= (score < after[0]) | ((score == after[0]) & (ids > after[1]))
            if exclude:
                wanted &= ~np.isin(ids, np.fromiter(exclude, np.int64))
            score, ids = score[wanted], ids[wanted]
            rows = _best(score, ids, limit)
            found += zip(score[rows].tolist(), ids[rows].tolist(), strict=True)
        return sorted(found, key=lambda one: (-one[0], one[1]))[:limit]

    def count_failed_gates(self, request: RequestFacts, *, today: dt.date, weights: Weights) -> Mapping[Gate, int]:
        """For how many ready volunteers each gate is closed."""
        found = dict.fromkeys(Gate, 0)
        for part in self.parts:
            who = np.flatnonzero(part.ready).astype(np.int32)
            flags = self._judge(part, today, weights).check_gates(request, who)
            flags[Gate.EXCLUDED] = flags[Gate.EXCLUDED] & ~flags[Gate.CONFLICT]  # told together: nobody twice
            for gate, closed in flags.items():
                found[gate] += int(closed.sum())
        return found


def _best(score: Any, ids: Int64s, most: int) -> NDArray[np.int64]:
    """The rows of the `most` best; of equal ones the lower numbers."""
    key = (score.astype(np.int64) << 32) - ids
    if len(key) <= most:
        return np.arange(len(key))
    return np.argpartition(key, len(key) - most)[len(key) - most :]


class PoolCache:
    """The pool of one process. One thread at a time reads what has changed; the others go on with what is there."""

    def __init__(self) -> None:
        self.pool: VolunteerPool | None = None
        self.lock = threading.Lock()

    def get_current(self, today: dt.date) -> VolunteerPool | None:
        """The pool, at most `SHORTLIST_SECONDS` old. None while the first one is still being read by somebody else."""
        pool = self.pool
        if pool is not None and _is_young(pool, today):
            return pool
        if not self.lock.acquire(timeout=MAX_AGE_SECONDS if pool is None else 0):
            return pool
        try:
            if self.pool is None or not _is_young(self.pool, today):
                self.pool = refresh_pool(self.pool, today)
            return self.pool
        finally:
            self.lock.release()


def get_pool_cache() -> PoolCache:
    """This application's."""
    found: PoolCache = current_app.extensions.setdefault(POOL_CACHE, PoolCache())
    return found


def clear_cache() -> None:
    """Give the memory back, and read everything anew next time."""
    current_app.extensions.pop(POOL_CACHE, None)


def _is_young(pool: VolunteerPool, today: dt.date) -> bool:
    return pool.day == today and time.monotonic() - pool.checked_at <= current_app.config["SHORTLIST_SECONDS"]


def load_pool(today: dt.date) -> VolunteerPool:
    """Everything, read anew."""
    vocabulary.clear_cache()
    mark = shortlist_invalidation.current_mark()
    base = loading.load_volunteers(today=today)
    return VolunteerPool(base, None, mark, today, time.monotonic(), VolunteerWeeks(base))


def refresh_pool(pool: VolunteerPool | None, today: dt.date) -> VolunteerPool:
    """The pool with what has changed since it was looked at."""
    found = shortlist_invalidation.find_changes_since(pool.mark) if pool is not None and pool.day == today else None
    if pool is None or found is None:
        return load_pool(today)
    pool = replace(pool, mark=found.mark, checked_at=time.monotonic())
    return _apply_changes(pool, sorted(found.volunteer_ids), today) if found.volunteer_ids else pool


def _apply_changes(pool: VolunteerPool, changed: list[int], today: dt.date) -> VolunteerPool:
    """These volunteers as they are now; one who is none any more stays behind, not ready."""
    new = loading.load_volunteers(today=today, ids_only=changed, index=pool.index)
    fresh = merge(_remove(pool.fresh, changed), new) if pool.fresh is not None else new
    base = _remove(pool.base, changed)
    if len(fresh) > MAX_FRESH:
        base = merge(base, fresh)
        return replace(pool, base=base, fresh=None, weeks=VolunteerWeeks(base))
    return replace(pool, base=base, fresh=fresh)


def _remove(old: VolunteerArrays, changed: list[int]) -> VolunteerArrays:
    # Nobody's weeks change here, so those that the pool keeps hold on.
    ready, places = old.ready.copy(), volunteer_arrays.indices_of(old.ids, changed)
    ready[places[places >= 0]] = False
    return replace(old, ready=ready)


def merge(old: VolunteerArrays, new: VolunteerArrays) -> VolunteerArrays:
    """Both together; who is in both is as in `new`."""
    zones = [*old.zones, *(zone for zone in new.zones if zone not in old.zones)]
    numbers = np.array([zones.index(zone) for zone in new.zones], np.int16)
    new = replace(new, zone=numbers[new.zone] if len(new) else new.zone)
    keep = np.flatnonzero(~np.isin(old.ids, new.ids))
    order = np.argsort(np.concatenate([old.ids[keep], new.ids]))
    at = np.empty(len(order), np.int32)
    at[order] = np.arange(len(order), dtype=np.int32)
    from_old = np.full(len(old), -1, np.int32)
    from_old[keep], from_new = at[: len(keep)], at[len(keep) :]
    found: dict[str, Any] = {"zones": zones, "index": old.index}
    for name in (one.name for one in fields(VolunteerArrays) if one.name not in found):
        mine, others = getattr(old, name), getattr(new, name)
        if isinstance(mine, np.ndarray):
            found[name] = np.concatenate([mine[..., keep], others], axis=-1)[..., order]
        elif name == "overrides":
            found[name] = _merge_rows(mine, others, from_old, from_new)
        else:
            found[name] = _merge_indices(mine, others, from_old, from_new)
    return VolunteerArrays(**found)


def _merge_indices(mine: Mapping[Any, Any], others: Mapping[Any, Any], from_old: Any, from_new: Any) -> dict[Any, Any]:
    found = {}
    for key in mine.keys() | others.keys():
        both = np.concatenate([from_old[mine.get(key, NO_VOLUNTEERS)], from_new[others.get(key, NO_VOLUNTEERS)]])
        found[key] = np.sort(both[both >= 0])
    return found


def _merge_rows(mine: Mapping[int, Any], others: Mapping[int, Any], from_old: Any, from_new: Any) -> dict[int, Any]:
    found: dict[int, list[Any]] = {}
    for rows_of, places in ((mine, from_old), (others, from_new)):
        for request_id, rows in rows_of.items():
            kept = [(int(places[place]), *rest) for place, *rest in rows if places[place] >= 0]
            found.setdefault(request_id, []).extend(kept)
    return found
