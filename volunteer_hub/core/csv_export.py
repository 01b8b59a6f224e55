"""Downloads as CSV that a spreadsheet opens rightly and that it never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet may take a text for a formula."""


def cell(value: Any) -> Any:
    """A value as a cell: text that could be taken for a formula is kept text by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def csv_lines(columns: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A file line by line, the columns' names first, with CRLF line ends."""
    yield _line(str(column) for column in columns)
    yield from map(_line, rows)


def _line(values: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()


def csv_text(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """A whole file with a byte order mark, so that a spreadsheet reads UTF-8."""
    return BOM + "".join(csv_lines(columns, rows))
