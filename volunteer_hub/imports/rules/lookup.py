"""Finding what a cell means among the words and codes that the service knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

from volunteer_hub.core import words
from volunteer_hub.core.errors import DomainError

T = TypeVar("T")
SEPARATOR_CATEGORIES = frozenset("PZSC")
"""The kinds of character that part words: marks, spaces, symbols, controls. Letters of every script stay."""


def normalise(text: str) -> str:
    """What two spellings of one thing have in common: lower case, no accents, no marks, single spaces."""
    folded = words.fold(text)
    return " ".join("".join(" " if unicodedata.category(c)[0] in SEPARATOR_CATEGORIES else c for c in folded).split())


class Lookup(Generic[T]):
    """Values by code or name. A name that several share finds none of them; its codes still do."""

    def __init__(self, noun: str, pairs: Iterable[tuple[str, T]]) -> None:
        """`what` is what one of the values is called: `skill`."""
        self.noun = noun
        self._values: dict[str, set[T]] = {}
        for name, value in pairs:
            if folded := normalise(name):
                self._values.setdefault(folded, set()).add(value)

    def get(self, text: str) -> T:
        """The one value of that code or name. Raises DomainError for none and for several."""
        found = self._values.get(normalise(text), set())
        if len(found) > 1:
            raise DomainError(f"Several have the name “{text}”: use the code.")
        if not found:
            raise DomainError(f"There is no {self.noun} “{text}” here.")
        return next(iter(found))
