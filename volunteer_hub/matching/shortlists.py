"""Shortlists: all ready volunteers who could be invited to a request, best first, as of now.

A small number is evaluated one by one. A large number is ranked in memory (engine/pool.py); the best are then read
from the database and evaluated again, so that a page never shows an outdated score or a closed gate, however old the
pool is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

from volunteer_hub.core import paging
from volunteer_hub.fit.rules import Gate, RequestFacts
from volunteer_hub.matching import queries
from volunteer_hub.matching.queries import Candidate, weights
from volunteer_hub.matching.queries.shortlist_invalidation import POOL_CACHE

if TYPE_CHECKING:
    from volunteer_hub.matching.engine.pool import VolunteerPool

SPARE_ROWS = 10
"""Ranked in addition to a page, to replace volunteers who turn out to be ineligible or ahead when they are read."""


@dataclass(frozen=True)
class Shortlist:
    """One page of a ranking, with the key of the next page.

    `failed_gates`: if there are no rows, how many of the `ready` volunteers each gate excludes. `preparing`: the
    process is still loading the volunteers; try again in a moment.
    """

    rows: Sequence[Candidate]
    next_key: str | None = None
    ready: int = 0
    failed_gates: Mapping[Gate, int] = field(default_factory=dict)
    preparing: bool = False


def list_shortlist(
    request_facts: RequestFacts,
    *,
    today: dt.date,
    key: str | None = None,
    exclude: Collection[int] = (),
    size: int = paging.PAGE_SIZE,
) -> Shortlist:
    """Return a page of the eligible volunteers whose latest match with this request is absent or awaits their answer.

    `exclude`: ids of volunteers that the page shows elsewhere. Raises NotFound for an invalid key.
    """
    after = paging.decode(key, int, int) if key else None
    if POOL_CACHE not in current_app.extensions:
        candidates = queries.list_ready_candidates(
            request_facts, today=today, limit=current_app.config["SHORTLIST_EXACT"]
        )
        if candidates is not None:
            return _shortlist_from_candidates(candidates, after, exclude, size)
    return _shortlist_from_pool(request_facts, today, after, exclude, size)


def _select_eligible(
    candidates: Sequence[Candidate], after: tuple[int, int] | None, exclude: Collection[int]
) -> list[Candidate]:
    """Return those of `candidates` that the page shows, best first."""
    start_key = (-after[0], after[1]) if after else (-101, 0)
    eligible = [
        candidate
        for candidate in candidates
        if candidate.facts.id not in exclude and candidate.fit.is_possible and candidate.rank_key > start_key
    ]
    return sorted(
        (candidate for candidate in eligible if candidate.latest_state is None or candidate.is_invited),
        key=lambda candidate: candidate.rank_key,
    )


def _build_page(rows: Sequence[Candidate], size: int, *, more: bool = False) -> Shortlist:
    page_rows = rows[:size]
    last = page_rows[-1] if page_rows and (more or len(rows) > size) else None
    return Shortlist(page_rows, paging.encode(last.fit.score, last.facts.id) if last else None)


def _shortlist_from_candidates(
    candidates: Sequence[Candidate], after: tuple[int, int] | None, exclude: Collection[int], size: int
) -> Shortlist:
    rows = _select_eligible(candidates, after, exclude)
    if rows or after:
        return _build_page(rows, size)
    ready = [candidate for candidate in candidates if candidate.facts.is_ready]
    failed_gates = Counter(gate for candidate in ready for gate in _list_failed_gates(candidate))
    return Shortlist([], ready=len(ready), failed_gates=failed_gates)


def _list_failed_gates(candidate: Candidate) -> set[Gate]:
    """Return the closed gates of a candidate; a conflict and an exclusion are reported together, so they count once."""
    gates = {failed.gate for failed in candidate.fit.failed_gates}
    return gates - {Gate.EXCLUDED} if Gate.CONFLICT in gates else gates


def _shortlist_from_pool(
    request_facts: RequestFacts, today: dt.date, after: tuple[int, int] | None, exclude: Collection[int], size: int
) -> Shortlist:
    # Imported here, so that the web process of a small installation never loads numpy.
    from volunteer_hub.matching.engine import pool as pools  # noqa: PLC0415

    pool = pools.get_pool_cache().get_current(today)
    if pool is None:
        return Shortlist([], preparing=True)
    if pool.ready_count < current_app.config["SHORTLIST_EXACT"] // 2:
        pools.clear_cache()
    rows, more = _rank_page(pool, request_facts, today, after, exclude, size)
    if rows or after:
        return _build_page(rows, size, more=more)
    return Shortlist(
        [],
        ready=pool.ready_count,
        failed_gates=pool.count_failed_gates(request_facts, today=today, weights=weights.current()),
    )


def _rank_page(
    pool: VolunteerPool,
    request_facts: RequestFacts,
    today: dt.date,
    after: tuple[int, int] | None,
    exclude: Collection[int],
    size: int,
) -> tuple[list[Candidate], bool]:
    """Return at least one row more than a page, or all there are, and whether there are more.

    One query, as long as few of the ranked volunteers turn out to be ineligible.
    """
    start_key, rows, batch_size = after, list[Candidate](), size + SPARE_ROWS
    while True:
        ranked = pool.rank(
            request_facts, today=today, weights=weights.current(), limit=batch_size, after=start_key, exclude=exclude
        )
        if not ranked:
            return rows, False
        rows += _select_eligible(
            queries.evaluate_volunteers([volunteer_id for _score, volunteer_id in ranked], request_facts, today=today),
            after,
            exclude,
        )
        rows.sort(key=lambda candidate: candidate.rank_key)
        if len(rows) > size or len(ranked) < batch_size:
            return rows, len(ranked) == batch_size
        start_key = ranked[-1]
