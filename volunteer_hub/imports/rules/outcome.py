"""What becomes of a file: what would be added, what is there already, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


@dataclass(frozen=True)
class RowError:
    """What is wrong in one row; `column` is None where it is about the row as a whole."""

    row: int
    column: str | None
    message: str


@dataclass(frozen=True)
class ExistingEntity:
    """A row that is there already, so that nothing is changed."""

    row: int
    name: str


class NewEntity(Protocol):
    """A row that could be added. `keys` are what it must not share with another row of the file."""

    @property
    def row(self) -> int:
        """Its number in the file."""

    @property
    def name(self) -> str:
        """Whom or what it is about."""

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """(column, value) of each natural key."""


N = TypeVar("N", bound=NewEntity)


@dataclass(frozen=True)
class ImportOutcome(Generic[N]):
    """The check of a whole file against the database as it is now."""

    added: tuple[N, ...]
    existing: tuple[ExistingEntity, ...]
    errors: tuple[RowError, ...]

    @property
    def row_count(self) -> int:
        """All rows that said something."""
        return len(self.added) + len(self.existing) + len({error.row for error in self.errors})


def classify_rows(
    read: Iterable[tuple[N | None, Iterable[RowError]]], *, existing_keys: frozenset[tuple[str, str]]
) -> ImportOutcome[N]:
    """Sort rows out. `known` are the natural keys that the database holds; a key twice in the file is an error."""
    added: list[N] = []
    existing: list[ExistingEntity] = []
    errors: list[RowError] = []
    seen: dict[tuple[str, str], int] = {}
    for row, wrong in read:
        errors += wrong
        if row is None:
            continue
        twice = next((k for k in row.keys if k in seen), None)
        for one in row.keys:
            seen.setdefault(one, row.row)
        if twice:
            errors.append(RowError(row.row, twice[0], f"The same stands in row {seen[twice]} already."))
        elif existing_keys.isdisjoint(row.keys):
            added.append(row)
        else:
            existing.append(ExistingEntity(row.row, row.name))
    return ImportOutcome(tuple(added), tuple(existing), tuple(errors))
