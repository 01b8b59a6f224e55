"""Finds what a cell refers to among the codes and names of the database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError

T = TypeVar("T")
SEPARATOR_CATEGORIES = frozenset("PZSC")
"""Unicode categories that separate words: punctuation, spaces, symbols, controls. Letters of every script stay."""


def normalise(text: str) -> str:
    """Return text in the form in which spellings compare equal: lower case, no accents or punctuation, single spaces."""
    folded = plain_text.fold(text)
    return " ".join("".join(" " if unicodedata.category(c)[0] in SEPARATOR_CATEGORIES else c for c in folded).split())


class Lookup(Generic[T]):
    """Values by code or name. A name that several values share finds none of them; their codes still do."""

    def __init__(self, noun: str, pairs: Iterable[tuple[str, T]]) -> None:
        """Build the lookup from (code or name, value). `noun` is what a value is called in messages: `skill`."""
        self.noun = noun
        self._values: dict[str, set[T]] = {}
        for name, value in pairs:
            if folded := normalise(name):
                self._values.setdefault(folded, set()).add(value)

    def get(self, text: str) -> T:
        """Return the value of that code or name. Raises DomainError for none and for several."""
        values = self._values.get(normalise(text), set())
        if len(values) > 1:
            raise DomainError(_("Several have the name “%(text)s”: use the code.", text=text), code="name_ambiguous")
        if not values:
            raise DomainError(
                _("There is no %(noun)s “%(text)s” here.", noun=self.noun, text=text), code="name_unknown"
            )
        return next(iter(values))
