"""The dry run: a file is read and held against the database; nothing is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from volunteer_hub.core import words
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import file_reader, queries, rules
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.patient_data_check import check_cell
from volunteer_hub.imports.rules import ImportOutcome, ImportTable
from volunteer_hub.imports.states import ImportKind


class InvalidRows(DomainError):
    """The file as a whole is refused because some of its rows are wrong."""


def parse_file(kind: ImportKind, content: bytes) -> ImportTable:
    """The file's rows with their columns recognised. Raises DomainError for one that cannot be read or kept."""
    table = rules.parse_table(kind, file_reader.read_sheet(content))
    for line in table.rows:
        for column, cell in line.cells.items():
            _keepable(cell, line.number, column)
    return table


def _keepable(cell: str, row: int, column: str) -> None:
    """Refuse a cell before anything of the file is kept; what it says is not repeated."""
    try:
        words.clean(cell, limit=rules.MAX_CELL_LENGTH)
        check_cell(cell)
    except DomainError as error:
        raise DomainError(f"Row {row}, column {column}: {error.message}") from error


def examine(kind: ImportKind, table: ImportTable, *, today: dt.date) -> ImportOutcome[Any]:
    """What would be added, what is there already and what is wrong, as the database is now."""
    if kind is ImportKind.VOLUNTEERS:
        people = queries.load_volunteer_reference(table)
        return rules.classify_rows(
            (rules.read_volunteer(line, people) for line in table.rows), existing_keys=people.existing_keys
        )
    places = queries.load_institution_reference(today=today)
    return rules.classify_rows(
        (rules.read_institution(line, places) for line in table.rows), existing_keys=places.existing_keys
    )


def recheck(batch: ImportBatch, *, today: dt.date) -> tuple[ImportTable, ImportOutcome[Any]] | None:
    """A waiting file with its check as of now; None for one whose rows are no longer kept."""
    if batch.rows is None:
        return None
    table = rules.deserialise_table(batch.rows)
    return table, examine(batch.kind, table, today=today)
