"""Keyset paging: page 1,100 costs what page 1 does (speed.md 1)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from volunteer_hub.core.errors import NotFound

T = TypeVar("T")
PAGE_SIZE = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page, and the key of the next one, if there is more."""

    rows: Sequence[T]
    next_key: str | None


def encode(at: dt.datetime, row_id: int) -> str:
    """The place after which the next page begins."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def decode(key: str) -> tuple[dt.datetime, int]:
    """The place that `encode` wrote. Raises NotFound for anything else."""
    try:
        text = base64.urlsafe_b64decode(key.encode() + b"=" * (-len(key) % 4)).decode()
        at, row_id = text.split("|")
        instant, number = dt.datetime.fromisoformat(at), int(row_id)
        instant = instant.astimezone(dt.UTC) if instant.tzinfo else instant
    except (ValueError, OverflowError, binascii.Error, UnicodeError) as error:
        raise NotFound("That page of the list is not there.") from error
    if instant.tzinfo is None or not 0 < number < 2**31:
        raise NotFound("That page of the list is not there.")
    return instant, number


def after(
    statement: sa.Select[Any], at: Any, row_id: Any, key: str | None, *, newest_first: bool = True
) -> sa.Select[Any]:
    """`statement` ordered by (at, id) and, with a key, begun after it."""
    if key:
        place = decode(key)
        pair = sa.tuple_(at, row_id)
        began = place[0].date() if isinstance(at.type, sa.Date) else place[0]
        mark = sa.tuple_(sa.bindparam("key_at", began, type_=at.type), sa.literal(place[1]))
        statement = statement.where(pair < mark if newest_first else pair > mark)
    order = (at.desc(), row_id.desc()) if newest_first else (at.asc(), row_id.asc())
    return statement.order_by(*order)


def cut(rows: Sequence[T], keys: Sequence[tuple[dt.datetime, int]], size: int = PAGE_SIZE) -> Page[T]:
    """A page out of up to `size` + 1 rows; the one too many only tells that there is more."""
    more = len(rows) > size
    return Page(rows[:size], encode(*keys[size - 1]) if more else None)


def after_id(statement: sa.Select[Any], row_id: Any, key: str | None) -> sa.Select[Any]:
    """`statement` ordered by id alone and, with a key, begun after it. Raises NotFound for a key that is none."""
    if key:
        if not (key.isascii() and key.isdigit() and len(key) < 10):
            raise NotFound("That page of the list is not there.")
        statement = statement.where(row_id > int(key))
    return statement.order_by(row_id)


def cut_ids(rows: Sequence[T], ids: Sequence[int], size: int = PAGE_SIZE) -> Page[T]:
    """As `cut`, for rows in the order of their ids."""
    return Page(rows[:size], str(ids[size - 1]) if len(rows) > size else None)
