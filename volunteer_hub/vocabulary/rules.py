"""The skills tree: what satisfies what, and finding a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from volunteer_hub.core import words
from volunteer_hub.core.errors import DomainError

MAX_SYNONYMS = 30
SHORT_CODE_PATTERN = re.compile(r"[A-Z0-9]{2,10}")


def self_and_ancestors(code: str) -> list[str]:
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


def comparison_key(text: str) -> str:
    """What two names have in common that a search cannot tell apart."""
    return " ".join(words.TERM.findall(words.fold(text)))


def parse_synonyms(lines: str) -> tuple[str, ...]:
    """Other names, one a line or between bars, each once and tidied.

    Raises DomainError for too many, or one that nobody could search for.
    """
    found = deduplicate_names(re.split(r"[\n|]", lines))
    if len(found) > MAX_SYNONYMS:
        raise DomainError(f"Keep to {MAX_SYNONYMS} other names.", field="synonyms")
    return found


def deduplicate_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names tidied, each once however it is written. Raises DomainError for one that nobody could search for."""
    found: dict[str, str] = {}
    for name in names:
        text = " ".join(name.split())
        if text and not comparison_key(text):
            raise DomainError(f"“{text}” has no letters or digits, so nobody could find it.", field="synonyms")
        if text:
            found.setdefault(comparison_key(text), text)
    return tuple(found.values())


def suggest_short_code(name: str, taken: Collection[str]) -> str:
    """A short code made from a name: `FOOTCARE` of “Foot care”, with a number behind it while it is taken."""
    letters = "".join(words.TERM.findall(words.fold(name))).upper()[:8].ljust(2, "X")
    numbers = (f"{letters}{number or ''}" for number in range(100))
    return next((code for code in numbers if code not in taken and SHORT_CODE_PATTERN.fullmatch(code)), letters)


def is_valid_registration_number(pattern: str, number: str) -> bool:
    """Whether a registration number has its regulator's form. Form, never proof."""
    compact = re.sub(r"\s+", "", number).upper()
    return not pattern or bool(_compiled(pattern).fullmatch(compact))


@lru_cache(maxsize=100)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
