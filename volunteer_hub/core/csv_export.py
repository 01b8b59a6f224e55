"""CSV downloads that spreadsheets open correctly and cannot execute (CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these may be evaluated as a formula."""


def cell(value: Any) -> Any:
    """Return a value as a cell; text that a spreadsheet may evaluate gets a leading apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_PREFIXES) else value


def csv_lines(columns: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the lines of a file, the header first, with CRLF line ends."""
    yield _line(str(column) for column in columns)
    yield from map(_line, rows)


def _line(values: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()


def csv_text(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """Return a whole file, with a byte order mark so that spreadsheets read it as UTF-8."""
    return BYTE_ORDER_MARK + "".join(csv_lines(columns, rows))
