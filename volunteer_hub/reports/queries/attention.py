"""What waits for somebody, of whatever kind, with what its reason is made of; and how many of each kind.

Every kind is one select of the same columns (`kinds.py`), so that a landing page asks for all of them in
one statement: the first few of each, and how many there are. The list behind asks for one kind, by pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.reports.queries.attention_selects import BUILDERS
from volunteer_hub.reports.states import Attention


@dataclass(frozen=True)
class AttentionItem:
    """One row that needs attention.

    `at` or `day` is since when or until when it waits, `number` a count of what is in it, `context` its place, address
    or currency. `extra` holds codes from which the kind's reason is made.
    """

    kind: Attention
    id: int
    title: str
    context: str
    at: dt.datetime | None
    day: dt.date | None
    number: int
    extra: str

    @property
    def sort_key(self) -> tuple[dt.datetime | dt.date, int]:
        """Return its position in the list of its kind: its instant or its day, and its id."""
        return self.at or self.day or dt.date.min, self.id


@dataclass(frozen=True)
class AttentionGroup:
    """The first items of one kind, the most urgent first, and how many there are in all."""

    kind: Attention
    items: Sequence[AttentionItem]
    count: int

    @property
    def more(self) -> int:
        """Return how many are not in `items`."""
        return self.count - len(self.items)


def list_groups(
    kinds: Iterable[Attention], viewer: Viewer, *, now: dt.datetime, limit: int = 3
) -> list[AttentionGroup]:
    """Return up to `limit` items of each kind within the viewer's scope, in the order of `kinds`; one query."""
    order = list(kinds)
    parts = [_first(kind, viewer, now, limit) for kind in order]
    rows_by_kind: dict[Attention, list[Any]] = {}
    for row in db.session.execute(sa.union_all(*parts)):
        rows_by_kind.setdefault(Attention(row.kind), []).append(row)
    return [
        AttentionGroup(kind, sorted(map(_item, rows_by_kind[kind]), key=_urgency), rows_by_kind[kind][0].total)
        for kind in order
        if kind in rows_by_kind
    ]


def _first(kind: Attention, viewer: Viewer, now: dt.datetime, limit: int) -> sa.Select[Any]:
    rows = BUILDERS[kind](viewer, now).subquery()
    first_rows = (
        sa.select(sa.literal(kind.value, sa.Text).label("kind"), *rows.c, sa.func.count().over().label("total"))
        .order_by(rows.c.at, rows.c.day, rows.c.id)
        .limit(limit)
        .subquery()
    )
    return sa.select(*first_rows.c)


def _item(row: Any) -> AttentionItem:
    number = int(row.number)
    return AttentionItem(Attention(row.kind), row.id, row.title, row.context, row.at, row.day, number, row.extra)


def _urgency(item: AttentionItem) -> tuple[dt.datetime | dt.date, int]:
    return item.sort_key


def count_by_kind(groups: Iterable[AttentionGroup]) -> Mapping[Attention, int]:
    """Return the number of items of each kind."""
    return {group.kind: group.count for group in groups}


def list_items(kind: Attention, viewer: Viewer, *, now: dt.datetime, key: str | None) -> paging.Page[AttentionItem]:
    """Return one page of the items of one kind within the viewer's scope, the most urgent first; one query per page."""
    rows = BUILDERS[kind](viewer, now).subquery()
    statement = sa.select(sa.literal(kind.value, sa.Text).label("kind"), *rows.c)
    position = rows.c.day if kind in DATED_KINDS else rows.c.at
    statement = paging.after(statement, (position, rows.c.id), key, newest_first=False)
    items = [_item(row) for row in db.session.execute(statement.limit(paging.PAGE_SIZE + 1))]
    return paging.cut(items, [item.sort_key for item in items])


DATED_KINDS = frozenset(
    {
        Attention.START_PASSED,
        Attention.HOURS_QUERIED,
        Attention.AGREEMENT_EXPIRING,
        Attention.CHECK_EXPIRING,
        Attention.PLACEMENT_QUIET,
        Attention.FUND_LOW,
        Attention.ERASURE,
    }
)
"""Kinds sorted by a calendar day; the others are sorted by an instant."""
