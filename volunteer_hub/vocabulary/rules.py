"""The skills tree: what satisfies what, and finding a word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from volunteer_hub.core import words


def with_parents(code: str) -> list[str]:
    """A skill's code and all above it in the tree, which it satisfies: `NCD.DIAB.FOOT`, `NCD.DIAB`, `NCD`."""
    parts = code.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def rank(search_text: str, asked: Iterable[str]) -> int | None:
    """How well folded `search_text` answers folded words; less is better, None is not at all.

    Each word must begin a word of the text; the earlier it stands, the better.
    """
    total = 0
    for term in asked:
        place = (" " + search_text).find(" " + term)
        if place < 0:
            return None
        total += place
    return total


def search_text(name: str, synonyms: str = "") -> str:
    """The folded words under which a node is found."""
    return " ".join(words.TERM.findall(words.fold(f"{name} {synonyms.replace('|', ' ')}")))


def registration_ok(pattern: str, number: str) -> bool:
    """Whether a registration number has its regulator's form. Form, never proof."""
    compact = re.sub(r"\s+", "", number).upper()
    return not pattern or bool(_compiled(pattern).fullmatch(compact))


@lru_cache(maxsize=100)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
