"""Filters of a list, read from the query string. The only parser of filters."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Mapping
from typing import TypeVar

from flask import request

from volunteer_hub.core import times
from volunteer_hub.core.fields import DIGITS, parse_filter_date

E = TypeVar("E", bound=enum.StrEnum)
ROW_ID = re.compile(r"[1-9][0-9]{0,9}")
CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
MAX_TEXT_LENGTH = 100
PAGE_KEY = "after"


def parse_row_id(text: str) -> int | None:
    """Return the row id that `text` is, 1 to 2,147,483,647; None for anything else."""
    return int(text) if ROW_ID.fullmatch(text) and int(text) < 2**31 else None


class QueryValues:
    """The values of a query string or of a mapping like it.

    An invalid value counts as missing: anyone can edit an address, and a list has no error messages.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """Return the text without NUL, spaces around it and what exceeds MAX_TEXT_LENGTH; "" if missing."""
        return self.values.get(name, "").replace("\x00", "").strip()[:MAX_TEXT_LENGTH]

    def code(self, name: str) -> str:
        """Return a code of ASCII letters, digits and dashes; "" if missing."""
        text = self.values.get(name, "")
        return text if CODE.fullmatch(text) else ""

    def choice(self, name: str, kind: type[E]) -> E | None:
        """Return the member of `kind` with that value."""
        text = self.values.get(name, "")
        return kind(text) if text in set(kind) else None

    def is_set(self, name: str, value: str = "1") -> bool:
        """Return whether the argument has exactly this value."""
        return self.values.get(name) == value

    def number(self, name: str, *, most: int) -> int | None:
        """Return a number from 0 to `most`."""
        text = self.values.get(name, "")
        return int(text) if DIGITS.fullmatch(text) and int(text) <= most else None

    def row_id(self, name: str) -> int | None:
        """Return a row id: 1 to 2,147,483,647."""
        return parse_row_id(self.values.get(name, ""))

    def day(self, name: str) -> dt.date | None:
        """Return a date written as 2027-03-27."""
        return parse_filter_date(self.values.get(name, ""))

    def start_of(self, name: str, zone_name: str) -> dt.datetime | None:
        """Return the instant at which the named day begins in that zone."""
        day = self.day(name)
        return times.end_of_day(day - dt.timedelta(days=1), zone_name) if day else None

    def end_of(self, name: str, zone_name: str) -> dt.datetime | None:
        """Return the instant at which the named day ends in that zone."""
        day = self.day(name)
        return times.end_of_day(day, zone_name) if day else None

    @property
    def page_key(self) -> str | None:
        """The key of the page of a list (core/paging.py)."""
        return self.values.get(PAGE_KEY)


def query_values() -> QueryValues:
    """Return the values of the current request's query string."""
    return QueryValues(request.args)
