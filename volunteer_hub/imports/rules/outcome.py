"""The outcome of checking a file: what would be added, what exists already, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from flask_babel import gettext as _

from volunteer_hub.imports.states import ImportState


@dataclass(frozen=True)
class RowError:
    """An error in one row; `column` is None where it concerns the row as a whole."""

    row: int
    column: str | None
    message: str


def can_import(state: ImportState) -> bool:
    """Return whether a checked file can still be imported or discarded."""
    return state is ImportState.CHECKED


@dataclass(frozen=True)
class ExistingEntity:
    """A row whose person or institution exists already, so nothing is changed."""

    row: int
    name: str


class NewEntity(Protocol):
    """A row that can be added. No other row of the file may have one of its `keys`."""

    @property
    def row(self) -> int:
        """The row's number in the file."""

    @property
    def name(self) -> str:
        """The name of the person or institution."""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """(column, value) of each natural key of the row."""


N = TypeVar("N", bound=NewEntity)


@dataclass(frozen=True)
class ImportOutcome(Generic[N]):
    """The result of checking a whole file against the current database."""

    added: tuple[N, ...]
    existing: tuple[ExistingEntity, ...]
    errors: tuple[RowError, ...]

    @property
    def row_count(self) -> int:
        """Return the number of rows that are not blank."""
        return len(self.added) + len(self.existing) + len({error.row for error in self.errors})


def classify_rows(
    read: Iterable[tuple[N | None, Iterable[RowError]]], *, existing_keys: frozenset[tuple[str, str]]
) -> ImportOutcome[N]:
    """Sort rows into new, existing and invalid ones.

    `existing_keys` are the natural keys in the database. A key that is duplicate in the file is an error.
    """
    added: list[N] = []
    existing: list[ExistingEntity] = []
    errors: list[RowError] = []
    rows_by_key: dict[tuple[str, str], int] = {}
    for row, row_errors in read:
        errors += row_errors
        if row is None:
            continue
        duplicate = next((k for k in row.keys if k in rows_by_key), None)
        for key in row.keys:
            rows_by_key.setdefault(key, row.row)
        if duplicate:
            errors.append(
                RowError(
                    row.row, duplicate[0], _("The same stands in row %(row)s already.", row=rows_by_key[duplicate])
                )
            )
        elif existing_keys.isdisjoint(row.keys):
            added.append(row)
        else:
            existing.append(ExistingEntity(row.row, row.name))
    return ImportOutcome(tuple(added), tuple(existing), tuple(errors))
