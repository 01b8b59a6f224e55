"""Downloads as CSV that a spreadsheet opens rightly and that it never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet may take a text for a formula."""


def cell(value: Any) -> Any:
    """A value as a cell: text that could be taken for a formula is kept text by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def csv_text(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """A whole file: with a byte order mark, so that a spreadsheet reads UTF-8, and CRLF line ends."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow([cell(str(column)) for column in columns])
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
