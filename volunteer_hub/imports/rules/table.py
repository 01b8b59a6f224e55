"""Turns a sheet into rows with named cells, and these into the JSON that is stored until the import ends."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules.columns import locate_columns
from volunteer_hub.imports.states import ImportKind

MAX_ROWS, MAX_COLUMNS, MAX_CELL_LENGTH = 5_000, 60, 4_000
CHECKED_FILE_LIFETIME = dt.timedelta(hours=24)
"""How long a checked file can be imported."""


@dataclass(frozen=True)
class Sheet:
    """A file's cells as text, from its first row on, and notes on what was guessed while reading it."""

    rows: Sequence[Sequence[str]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportRow:
    """One row: its number in the file, its cells by column, and whether it has more cells than the header row."""

    number: int
    cells: dict[str, str]
    overlong: bool = False


@dataclass(frozen=True)
class ImportTable:
    """The rows that are not blank, and notes about the file as a whole."""

    columns: tuple[str, ...]
    rows: tuple[ImportRow, ...]
    notes: tuple[str, ...] = ()


def parse_table(kind: ImportKind, sheet: Sheet) -> ImportTable:
    """Return the sheet with its columns recognised. Raises DomainError where it is empty, too large or has no header."""
    rows = [[cell.strip() for cell in row] for row in sheet.rows]
    header_index = next((index for index, row in enumerate(rows) if any(row)), None)
    if header_index is None:
        raise DomainError(_("The file is empty."), code="file_empty")
    headers = _without_blank_end(rows[header_index])
    _refuse_too_wide(headers)
    indexes, ignored = locate_columns(kind, headers)
    filled = [(number, row) for number, row in enumerate(rows[header_index + 1 :], header_index + 2) if any(row)]
    _refuse_too_long(filled)
    notes = [
        *sheet.notes,
        *(_("The column “%(header)s” is not known here and is left out.", header=header) for header in ignored),
    ]
    unnamed = sorted(
        {n for _number, row in filled for n, cell in enumerate(row[: len(headers)]) if cell and not headers[n]}
    )
    notes += [_("Column %(number)s has no name and is left out.", number=n + 1) for n in unnamed]
    import_rows = (_import_row(number, row, indexes, len(headers)) for number, row in filled)
    return ImportTable(tuple(indexes), tuple(import_rows), tuple(notes))


def _import_row(number: int, row: Sequence[str], indexes: dict[str, int], width: int) -> ImportRow:
    cells = {name: row[index] for name, index in indexes.items() if index < len(row) and row[index]}
    return ImportRow(number, cells, overlong=any(row[width:]))


def _without_blank_end(row: Sequence[str]) -> list[str]:
    width = max((number for number, cell in enumerate(row, 1) if cell), default=0)
    return list(row[:width])


def _refuse_too_wide(headers: Sequence[str]) -> None:
    if len(headers) > MAX_COLUMNS:
        raise DomainError(
            _(
                "The file has %(count)s columns. %(most)s are the most that are read.",
                count=len(headers),
                most=MAX_COLUMNS,
            ),
            code="too_many_columns",
        )


def _refuse_too_long(filled: Sequence[tuple[int, Sequence[str]]]) -> None:
    if not filled:
        raise DomainError(_("The file has a head and no rows below it."), code="no_rows")
    if len(filled) > MAX_ROWS:
        raise DomainError(
            _(
                "The file has %(count)s rows. Split it: %(most)s rows are the most at a time.",
                count=f"{len(filled):,}",
                most=f"{MAX_ROWS:,}",
            ),
            code="too_many_rows",
        )
    for number, row in filled:
        if any(len(cell) > MAX_CELL_LENGTH for cell in row):
            raise DomainError(
                _(
                    "Row %(number)s has a cell with more than %(most)s characters.",
                    number=number,
                    most=f"{MAX_CELL_LENGTH:,}",
                ),
                code="cell_too_long",
            )


def serialise_table(table: ImportTable) -> str:
    """Return the table as JSON, which is stored until the import ends."""
    lines = [[row.number, row.cells, row.overlong] for row in table.rows]
    return json.dumps({"columns": table.columns, "lines": lines, "notes": table.notes}, ensure_ascii=False)


def deserialise_table(text: str) -> ImportTable:
    """Return the table that `serialise_table` wrote."""
    stored = json.loads(text)
    rows = (ImportRow(number, cells, overlong) for number, cells, overlong in stored["lines"])
    return ImportTable(tuple(stored["columns"]), tuple(rows), tuple(stored["notes"]))
