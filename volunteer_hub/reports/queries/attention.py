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
from volunteer_hub.core.errors import NotFound
from volunteer_hub.reports.queries.attention_selects import BUILDERS
from volunteer_hub.reports.states import Attention


@dataclass(frozen=True)
class AttentionItem:
    """One row that waits: `at` or `day` is since when or until when, `number` how many, `extra` codes."""

    kind: Attention
    id: int
    title: str
    context: str
    at: dt.datetime | None
    day: dt.date | None
    number: int
    extra: str

    @property
    def sort_key(self) -> tuple[dt.datetime, int]:
        """Its place in the list."""
        midnight = dt.time(tzinfo=dt.UTC)
        return self.at or dt.datetime.combine(self.day or dt.date.min, midnight), self.id


@dataclass(frozen=True)
class AttentionGroup:
    """The lines of one kind that are shown, the most pressing first, and how many there are."""

    kind: Attention
    items: Sequence[AttentionItem]
    count: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.items)


def list_groups(
    kinds: Iterable[Attention], viewer: Viewer, *, now: dt.datetime, limit: int = 3
) -> list[AttentionGroup]:
    """What waits of each of `kinds` in the viewer's reach, in their order; one query."""
    order = list(kinds)
    parts = [_first(kind, viewer, now, limit) for kind in order]
    found: dict[Attention, list[Any]] = {}
    for row in db.session.execute(sa.union_all(*parts)):
        found.setdefault(Attention(row.kind), []).append(row)
    return [
        AttentionGroup(kind, sorted(map(_line, found[kind]), key=_pressing), found[kind][0].together)
        for kind in order
        if kind in found
    ]


def _first(kind: Attention, viewer: Viewer, now: dt.datetime, most: int) -> sa.Select[Any]:
    rows = BUILDERS[kind](viewer, now).subquery()
    few = (
        sa.select(sa.literal(kind.value, sa.Text).label("kind"), *rows.c, sa.func.count().over().label("together"))
        .order_by(rows.c.at, rows.c.day, rows.c.id)
        .limit(most)
        .subquery()
    )
    return sa.select(*few.c)


def _line(row: Any) -> AttentionItem:
    return AttentionItem(Attention(row.kind), row.id, row.title, row.place, row.at, row.day, int(row.number), row.extra)


def _pressing(line: AttentionItem) -> tuple[dt.datetime, int]:
    return line.sort_key


def count_by_kind(groups: Iterable[AttentionGroup]) -> Mapping[Attention, int]:
    """How much waits of each kind."""
    return {group.kind: group.count for group in groups}


def list_items(kind: Attention, viewer: Viewer, *, now: dt.datetime, key: str | None) -> paging.Page[AttentionItem]:
    """Everything of one kind in the viewer's reach, the most pressing first; one query a page."""
    rows = BUILDERS[kind](viewer, now).subquery()
    statement = sa.select(sa.literal(kind.value, sa.Text).label("kind"), *rows.c)
    if key:
        statement = statement.where(_after(rows, kind, key))
    statement = statement.order_by(rows.c.at, rows.c.day, rows.c.id).limit(paging.PAGE_SIZE + 1)
    lines = [_line(row) for row in db.session.execute(statement)]
    return paging.cut(lines, [line.sort_key for line in lines])


def _after(rows: sa.Subquery, kind: Attention, key: str) -> sa.ColumnElement[bool]:
    """What comes after a place of the list: kinds go by an instant or by a day."""
    at, row_id = paging.decode(key)
    by_day = kind in DATED_KINDS
    if by_day and at.time() != dt.time():
        raise NotFound("That page of the list is not there.")
    column = rows.c.day if by_day else rows.c.at
    mark = sa.literal(at.date() if by_day else at, column.type)
    return sa.or_(column > mark, sa.and_(column == mark, rows.c.id > row_id))


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
"""Kinds that go by a calendar day; the others go by an instant."""
