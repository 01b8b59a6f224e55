"""Keyset paging: every page costs the same, unlike OFFSET, which reads all rows before it."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.core.errors import NotFound

T = TypeVar("T")
KeyValue = dt.datetime | dt.date | int
PAGE_SIZE = 20


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page, and the key of the next page, None on the last one."""

    rows: Sequence[T]
    next_key: str | None


def encode(*values: KeyValue) -> str:
    """Return the key of the page that begins after the row with these values."""
    text = "|".join(str(int(value)) if isinstance(value, int) else value.isoformat() for value in values)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(key: str, *kinds: type) -> tuple[Any, ...]:
    """Return the values of a key, one of each kind: datetime (aware), date or int. Raises NotFound for an invalid key."""
    try:
        parts = base64.urlsafe_b64decode(key.encode() + b"=" * (-len(key) % 4)).decode().split("|")
        return tuple(_parse(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, OverflowError) as error:
        raise NotFound(_("That page of the list is not there."), code="list_page_not_found") from error


def _parse(text: str, kind: type) -> KeyValue:
    """Return the value of one part of a key. Raises ValueError or OverflowError."""
    if kind is dt.datetime:
        instant = dt.datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError("an instant without time zone")
        return instant.astimezone(dt.UTC)
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError("not a number of a row")
    return number


def after(
    statement: sa.Select[Any], columns: Sequence[Any], key: str | None, *, newest_first: bool = True
) -> sa.Select[Any]:
    """Order `statement` by `columns` and, with a key, start after it. Raises NotFound for an invalid key."""
    if key:
        values = decode(key, *(column.type.python_type for column in columns))
        last = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(values, columns, strict=True)))
        position = sa.tuple_(*columns)
        statement = statement.where(position < last if newest_first else position > last)
    return statement.order_by(*(column.desc() if newest_first else column.asc() for column in columns))


def cut(rows: Sequence[T], keys: Sequence[tuple[KeyValue, ...]], size: int = PAGE_SIZE) -> Page[T]:
    """Return a page from up to `size` + 1 rows; the extra row only shows that there is a next page.

    `keys` has each row's values of the columns by which `after` orders.
    """
    return Page(rows[:size], encode(*keys[size - 1]) if len(rows) > size else None)
