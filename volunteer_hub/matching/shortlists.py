"""Whom one could invite for a request: all ready volunteers, best first, as things are now.

Few are judged one by one. Many are ranked in memory (engine/pool.py), then the best are read from the database and
judged again, so that what is shown is never a wrong score or a closed gate, however old the pool is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import current_app

from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit.rules import Gate, RequestFacts
from volunteer_hub.matching import queries
from volunteer_hub.matching.queries import Candidate, weights

if TYPE_CHECKING:
    from volunteer_hub.matching.engine.pool import VolunteerPool

PAGE_SIZE = 20
SPARE_ROWS = 10
"""Ranked beside a page's worth at once, for those who turn out to be closed, or ahead, when they are read."""
KEY = re.compile(r"(\d{1,3})\.(\d{1,9})", re.ASCII)
POOL_CACHE = "volunteer_pool"


@dataclass(frozen=True)
class Shortlist:
    """One page of a ranking and the key of the next. `closed`: why there is nobody, by gate; `ready`: of how many.

    `preparing`: the process is still reading everybody; look again in a moment.
    """

    rows: Sequence[Candidate]
    next_key: str | None = None
    ready: int = 0
    failed_gates: Mapping[Gate, int] = field(default_factory=dict)
    preparing: bool = False


def list_shortlist(
    asked: RequestFacts, *, today: dt.date, key: str | None = None, exclude: Collection[int] = (), size: int = PAGE_SIZE
) -> Shortlist:
    """The best for whom every gate is open and who have had no answer on this request; who is invited stays in it.

    `exclude`: volunteers that the page shows anyway. Raises NotFound for a key that is none.
    """
    after = _read(key)
    if POOL_CACHE not in current_app.extensions:
        few = queries.list_ready_candidates(asked, today=today, limit=current_app.config["SHORTLIST_EXACT"])
        if few is not None:
            return _of_few(few, after, exclude, size)
    return _of_many(asked, today, after, exclude, size)


def _read(key: str | None) -> tuple[int, int] | None:
    """The (score, volunteer) after which a page begins."""
    if not key:
        return None
    found = KEY.fullmatch(key)
    if found is None:
        raise NotFound("That page of the list is not there.")
    return int(found[1]), int(found[2])


def _offered(found: Sequence[Candidate], after: tuple[int, int] | None, exclude: Collection[int]) -> list[Candidate]:
    """Those of `found` who are shown, best first."""
    place = (-after[0], after[1]) if after else (-101, 0)
    shown = [one for one in found if one.facts.id not in exclude and one.fit.is_possible and one.rank_key > place]
    return sorted((one for one in shown if one.latest_state is None or one.is_invited), key=lambda one: one.rank_key)


def _page(rows: Sequence[Candidate], size: int, *, more: bool = False) -> Shortlist:
    shown = rows[:size]
    last = shown[-1] if shown and (more or len(rows) > size) else None
    return Shortlist(shown, f"{last.fit.score}.{last.facts.id}" if last else None)


def _of_few(
    found: Sequence[Candidate], after: tuple[int, int] | None, exclude: Collection[int], size: int
) -> Shortlist:
    rows = _offered(found, after, exclude)
    if rows or after:
        return _page(rows, size)
    ready = [one for one in found if one.facts.is_ready]
    closed = Counter(gate for one in ready for gate in _gates(one))
    return Shortlist([], ready=len(ready), failed_gates=closed)


def _gates(one: Candidate) -> set[Gate]:
    """The closed gates of one; a conflict and an exclusion are told together, so nobody counts twice."""
    closed = {closed.gate for closed in one.fit.failed_gates}
    return closed - {Gate.EXCLUDED} if Gate.CONFLICT in closed else closed


def _of_many(
    asked: RequestFacts, today: dt.date, after: tuple[int, int] | None, exclude: Collection[int], size: int
) -> Shortlist:
    # numpy is loaded by the first page that needs it, and by no small installation's web process.
    from volunteer_hub.matching.engine import pool as pools  # noqa: PLC0415

    pool = pools.get_pool_cache().get_current(today)
    if pool is None:
        return Shortlist([], preparing=True)
    if pool.ready_count < current_app.config["SHORTLIST_EXACT"] // 2:
        pools.clear_cache()
    rows, more = _ranked(pool, asked, today, after, exclude, size)
    if rows or after:
        return _page(rows, size, more=more)
    return Shortlist(
        [], ready=pool.ready_count, failed_gates=pool.count_failed_gates(asked, today=today, weights=weights.current())
    )


def _ranked(
    pool: VolunteerPool,
    asked: RequestFacts,
    today: dt.date,
    after: tuple[int, int] | None,
    exclude: Collection[int],
    size: int,
) -> tuple[list[Candidate], bool]:
    """More than a page's worth, or all there are, and whether there are more. One query, as long as few are closed."""
    place, rows, most = after, list[Candidate](), size + SPARE_ROWS
    while True:
        ids = pool.rank(asked, today=today, weights=weights.current(), limit=most, after=place, exclude=exclude)
        if not ids:
            return rows, False
        rows += _offered(
            queries.evaluate_volunteers([ident for _score, ident in ids], asked, today=today), after, exclude
        )
        rows.sort(key=lambda one: one.rank_key)
        if len(rows) > size or len(ids) < most:
            return rows, len(ids) == most
        place = ids[-1]
