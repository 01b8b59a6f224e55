"""The texts of `queries.bulk` as arrays: whose each row is, and which word stands in it, by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from volunteer_hub.matching.engine.people import Ints, Places
from volunteer_hub.matching.queries.bulk import Texts

PART = 1 << 18
"""So many characters are taken apart at a time."""


class Column(NamedTuple):
    """A table of two columns. `words` are those there are, in the order in which they were met."""

    who: Ints
    word: Places
    words: list[str]

    def translated(self, number_of: Callable[[str], int]) -> Places:
        """The word of each row as another number; each word is looked up once."""
        return np.fromiter(map(number_of, self.words), np.int32, len(self.words))[self.word]

    def rows(self, places: Places) -> Iterator[tuple[int, list[str]]]:
        """For tables with few rows: the place of whose it is, where there is one, and the parts of the word."""
        for place, word in zip(places.tolist(), self.word.tolist(), strict=True):
            if place >= 0:
                yield place, self.words[word].split("|")


class _Numbers(dict[str, int]):
    """Words by the order in which they were met."""

    def __missing__(self, word: str) -> int:
        self[word] = found = len(self)
        return found


def read(tables: Iterable[Texts]) -> dict[str, Column]:
    """Every table by its name; the text of each is let go before the next is read, where the driver lets it."""
    return {table.name: _column(table) for table in tables}


def numbers(text: str | None) -> Ints:
    """Numbers with commas between."""
    return np.fromstring(text or "", np.int64, sep=",")


def _column(table: Texts) -> Column:
    found = _Numbers()
    parts = [np.fromiter(map(found.__getitem__, part), np.int32, len(part)) for part in _parts(table.words or "")]
    return Column(numbers(table.numbers), np.concatenate([np.empty(0, np.int32), *parts]), list(found))


def _parts(text: str) -> Iterator[list[str]]:
    """The words of a long text, a part at a time: all at once would take three times its room."""
    start = 0
    while start < len(text):
        end = text.find(",", start + PART)
        end = len(text) if end < 0 else end
        yield text[start:end].split(",")
        start = end + 1
