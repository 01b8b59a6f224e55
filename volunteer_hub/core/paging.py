"""Keyset paging: every page costs the same, unlike OFFSET, which reads all rows before it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.core.errors import NotFound

T = TypeVar("T")
PAGE_SIZE = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page, and the key of the next page, None on the last one."""

    rows: Sequence[T]
    next_key: str | None


def encode(at: dt.datetime, row_id: int) -> str:
    """Return the key of the page that begins after this row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def decode(key: str) -> tuple[dt.datetime, int]:
    """Return the instant and the row id of a key. Raises NotFound for an invalid key."""
    try:
        text = base64.urlsafe_b64decode(key.encode() + b"=" * (-len(key) % 4)).decode()
        at, row_id = text.split("|")
        instant, number = dt.datetime.fromisoformat(at), int(row_id)
        instant = instant.astimezone(dt.UTC) if instant.tzinfo else instant
    except (ValueError, OverflowError, binascii.Error, UnicodeError) as error:
        raise NotFound(_("That page of the list is not there."), code="list_page_not_found") from error
    if instant.tzinfo is None or not 0 < number < 2**31:
        raise NotFound(_("That page of the list is not there."), code="list_page_not_found")
    return instant, number


def after(
    statement: sa.Select[Any], at: Any, row_id: Any, key: str | None, *, newest_first: bool = True
) -> sa.Select[Any]:
    """Order `statement` by (at, row_id) and, with a key, start after it. Raises NotFound for an invalid key."""
    if key:
        key_at, key_id = decode(key)
        position = sa.tuple_(at, row_id)
        start = key_at.date() if isinstance(at.type, sa.Date) else key_at
        last = sa.tuple_(sa.bindparam("key_at", start, type_=at.type), sa.literal(key_id))
        statement = statement.where(position < last if newest_first else position > last)
    order = (at.desc(), row_id.desc()) if newest_first else (at.asc(), row_id.asc())
    return statement.order_by(*order)


def cut(rows: Sequence[T], keys: Sequence[tuple[dt.datetime, int]], size: int = PAGE_SIZE) -> Page[T]:
    """Return a page from up to `size` + 1 rows; the extra row only shows that there is a next page."""
    has_next = len(rows) > size
    return Page(rows[:size], encode(*keys[size - 1]) if has_next else None)


def after_id(statement: sa.Select[Any], row_id: Any, key: str | None) -> sa.Select[Any]:
    """Order `statement` by id and, with a key, start after it. Raises NotFound for an invalid key."""
    if key:
        if not (key.isascii() and key.isdigit() and len(key) < 10):
            raise NotFound(_("That page of the list is not there."), code="list_page_not_found")
        statement = statement.where(row_id > int(key))
    return statement.order_by(row_id)


def cut_ids(rows: Sequence[T], ids: Sequence[int], size: int = PAGE_SIZE) -> Page[T]:
    """Return a page from up to `size` + 1 rows that are ordered by id (`after_id`)."""
    return Page(rows[:size], str(ids[size - 1]) if len(rows) > size else None)
