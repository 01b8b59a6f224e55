"""Rules of the skills tree, of synonyms and codes, and ranking of search results. Pure: plain values in, value out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from flask_babel import gettext as _

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError

MAX_SYNONYMS = 30
SHORT_CODE_PATTERN = re.compile(r"[A-Z0-9]{2,10}")


def self_and_ancestors(code: str) -> list[str]:
    """Return the codes that a skill satisfies, its own and its ancestors': `NCD.DIAB.FOOT`, `NCD.DIAB`, `NCD`."""
    parts = code.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def rank(search_text: str, query_terms: Iterable[str]) -> int | None:
    """Return the rank of a folded text for folded query terms: lower is better, None if it does not match.

    Each query term must begin a word of the text; the rank is the sum of their positions.
    """
    total = 0
    for term in query_terms:
        position = (" " + search_text).find(" " + term)
        if position < 0:
            return None
        total += position
    return total


def search_text(name: str, synonyms: str = "") -> str:
    """Return the folded words of a name and its synonyms, by which a term is found."""
    return " ".join(plain_text.TERM.findall(plain_text.fold(f"{name} {synonyms.replace('|', ' ')}")))


def comparison_key(name: str) -> str:
    """Return the form of a name that is equal for names which a search cannot distinguish."""
    return " ".join(plain_text.TERM.findall(plain_text.fold(name)))


def parse_synonyms(lines: str) -> tuple[str, ...]:
    """Return the synonyms in a text, one per line or separated by `|`, tidied and without duplicates.

    Raises DomainError for too many, and for one without letters or digits.
    """
    names = deduplicate_names(re.split(r"[\n|]", lines))
    if len(names) > MAX_SYNONYMS:
        raise DomainError(
            _("Keep to %(most)s other names.", most=MAX_SYNONYMS), field="synonyms", code="too_many_synonyms"
        )
    return names


def deduplicate_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names tidied and without duplicates, in order. Raises DomainError for one without letters or digits."""
    unique: dict[str, str] = {}
    for name in names:
        tidied = " ".join(name.split())
        if tidied and not comparison_key(tidied):
            raise DomainError(
                _("“%(name)s” has no letters or digits, so nobody could find it.", name=tidied),
                field="synonyms",
                code="name_without_letters",
            )
        if tidied:
            unique.setdefault(comparison_key(tidied), tidied)
    return tuple(unique.values())


def suggest_short_code(name: str, taken: Collection[str]) -> str:
    """Return a free short code made from a name, such as `FOOTCARE` for “Foot care”, with a number if that is taken."""
    letters = "".join(plain_text.TERM.findall(plain_text.fold(name))).upper()[:8].ljust(2, "X")
    numbers = (f"{letters}{number or ''}" for number in range(100))
    return next((code for code in numbers if code not in taken and SHORT_CODE_PATTERN.fullmatch(code)), letters)


def is_valid_registration_number(pattern: str, number: str) -> bool:
    """Return whether a registration number matches its regulator's pattern; this does not prove a registration."""
    compact = re.sub(r"\s+", "", number).upper()
    return not pattern or bool(_compile(pattern).fullmatch(compact))


@lru_cache(maxsize=100)
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
