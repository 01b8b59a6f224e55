"""From a sheet's cells to lines with named cells, and to the JSON that is kept until the import ends."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules.columns import locate_columns
from volunteer_hub.imports.states import ImportKind

MAX_ROWS, MAX_COLUMNS, MAX_CELL_LENGTH = 5_000, 60, 4_000
CHECKED_FILE_LIFETIME = dt.timedelta(hours=24)
"""How long a checked file waits to be taken over."""


@dataclass(frozen=True)
class Sheet:
    """A file's cells as text, from its first row on, and what had to be guessed in reading it."""

    rows: Sequence[Sequence[str]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportRow:
    """One row: its number in the file, its cells by column, and whether it has more cells than the head."""

    number: int
    cells: dict[str, str]
    overlong: bool = False


@dataclass(frozen=True)
class ImportTable:
    """The rows that say something, and notes about the file as a whole."""

    columns: tuple[str, ...]
    rows: tuple[ImportRow, ...]
    notes: tuple[str, ...] = ()


def parse_table(kind: ImportKind, sheet: Sheet) -> ImportTable:
    """The sheet with its columns recognised. Raises DomainError for one that is empty, too large or without its head."""
    rows = [[cell.strip() for cell in row] for row in sheet.rows]
    first = next((number for number, row in enumerate(rows) if any(row)), None)
    if first is None:
        raise DomainError("The file is empty.")
    heads = _without_blank_end(rows[first])
    _refuse_too_wide(heads)
    places, ignored = locate_columns(kind, heads)
    filled = [(number, row) for number, row in enumerate(rows[first + 1 :], first + 2) if any(row)]
    _refuse_too_long(filled)
    notes = [*sheet.notes, *(f"The column “{head}” is not known here and is left out." for head in ignored)]
    unnamed = sorted(
        {n for _number, row in filled for n, cell in enumerate(row[: len(heads)]) if cell and not heads[n]}
    )
    notes += [f"Column {n + 1} has no name and is left out." for n in unnamed]
    lines = (_line(number, row, places, len(heads)) for number, row in filled)
    return ImportTable(tuple(places), tuple(lines), tuple(notes))


def _line(number: int, row: Sequence[str], places: dict[str, int], width: int) -> ImportRow:
    cells = {name: row[place] for name, place in places.items() if place < len(row) and row[place]}
    return ImportRow(number, cells, overlong=any(row[width:]))


def _without_blank_end(row: Sequence[str]) -> list[str]:
    width = max((place for place, cell in enumerate(row, 1) if cell), default=0)
    return list(row[:width])


def _refuse_too_wide(heads: Sequence[str]) -> None:
    if len(heads) > MAX_COLUMNS:
        raise DomainError(f"The file has {len(heads)} columns. {MAX_COLUMNS} are the most that are read.")


def _refuse_too_long(filled: Sequence[tuple[int, Sequence[str]]]) -> None:
    if not filled:
        raise DomainError("The file has a head and no rows below it.")
    if len(filled) > MAX_ROWS:
        raise DomainError(f"The file has {len(filled):,} rows. Split it: {MAX_ROWS:,} rows are the most at a time.")
    for number, row in filled:
        if any(len(cell) > MAX_CELL_LENGTH for cell in row):
            raise DomainError(f"Row {number} has a cell with more than {MAX_CELL_LENGTH:,} characters.")


def serialise_table(table: ImportTable) -> str:
    """The table as JSON, to be kept until the import ends."""
    lines = [[line.number, line.cells, line.overlong] for line in table.rows]
    return json.dumps({"columns": table.columns, "lines": lines, "notes": table.notes}, ensure_ascii=False)


def deserialise_table(text: str) -> ImportTable:
    """The table that `packed` wrote."""
    kept = json.loads(text)
    lines = (ImportRow(row, cells, overlong) for row, cells, overlong in kept["lines"])
    return ImportTable(tuple(kept["columns"]), tuple(lines), tuple(kept["notes"]))
