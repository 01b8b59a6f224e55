"""The dry run: a file is read and held against the database; nothing is written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from volunteer_hub.core import words
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import queries, reading, rules
from volunteer_hub.imports.guarding import guarded
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.rules import Outcome, Table
from volunteer_hub.imports.states import ImportKind


class RowsRefused(DomainError):
    """The file as a whole is refused because some of its rows are wrong."""


def open_file(kind: ImportKind, content: bytes) -> Table:
    """The file's rows with their columns recognised. Raises DomainError for one that cannot be read or kept."""
    table = rules.table_of(kind, reading.read(content))
    for line in table.lines:
        for column, cell in line.cells.items():
            _keepable(cell, line.row, column)
    return table


def _keepable(cell: str, row: int, column: str) -> None:
    """Refuse a cell before anything of the file is kept; what it says is not repeated."""
    try:
        words.clean(cell, limit=rules.MOST_CELL)
        guarded(cell)
    except DomainError as error:
        raise DomainError(f"Row {row}, column {column}: {error.message}") from error


def examine(kind: ImportKind, table: Table, *, today: dt.date) -> Outcome[Any]:
    """What would be added, what is there already and what is wrong, as the database is now."""
    if kind is ImportKind.VOLUNTEERS:
        people = queries.volunteer_facts(table)
        return rules.outcome_of((rules.read_volunteer(line, people) for line in table.lines), known=people.known)
    places = queries.institution_facts(today=today)
    return rules.outcome_of((rules.read_institution(line, places) for line in table.lines), known=places.known)


def check_again(batch: ImportBatch, *, today: dt.date) -> tuple[Table, Outcome[Any]] | None:
    """A waiting file with its check as of now; None for one whose rows are no longer kept."""
    if batch.rows is None:
        return None
    table = rules.unpacked(batch.rows)
    return table, examine(batch.kind, table, today=today)
