"""The dry run: a file is read and compared with the database; nothing is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import file_reader, queries, rules
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.patient_data_check import check_cell
from volunteer_hub.imports.rules import ImportOutcome, ImportTable
from volunteer_hub.imports.states import ImportKind


class InvalidRows(DomainError):
    """The whole file is refused because some of its rows have errors."""


def parse_file(kind: ImportKind, content: bytes) -> ImportTable:
    """Return the file's rows with their columns recognised.

    Raises DomainError for a file that cannot be read or must not be stored.
    """
    table = rules.parse_table(kind, file_reader.read_sheet(content))
    for row in table.rows:
        for column, cell in row.cells.items():
            _check_storable(cell, row.number, column)
    return table


def _check_storable(cell: str, row: int, column: str) -> None:
    """Refuse a cell before anything of the file is stored. The message does not quote the cell."""
    try:
        plain_text.clean(cell, limit=rules.MAX_CELL_LENGTH)
        check_cell(cell)
    except DomainError as error:
        raise DomainError(
            _("Row %(row)s, column %(column)s: %(message)s", row=row, column=column, message=error.message),
            code="cell_refused",
        ) from error


def examine(kind: ImportKind, table: ImportTable, *, today: dt.date) -> ImportOutcome[Any]:
    """Return what would be added, what exists already and what is wrong, by the current database."""
    if kind is ImportKind.VOLUNTEERS:
        reference = queries.load_volunteer_reference(table)
        return rules.classify_rows(
            (rules.read_volunteer(line, reference) for line in table.rows), existing_keys=reference.existing_keys
        )
    places = queries.load_institution_reference(today=today)
    return rules.classify_rows(
        (rules.read_institution(line, places) for line in table.rows), existing_keys=places.existing_keys
    )


def recheck(batch: ImportBatch, *, today: dt.date) -> tuple[ImportTable, ImportOutcome[Any]] | None:
    """Return a checked file's table with its current outcome; None when its rows are no longer stored."""
    if batch.rows is None:
        return None
    table = rules.deserialise_table(batch.rows)
    return table, examine(batch.kind, table, today=today)
