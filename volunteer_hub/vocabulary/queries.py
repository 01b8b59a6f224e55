"""Reading the curated words. They change only by `flask reference load`, so they are kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from babel import Locale
from flask import current_app

from volunteer_hub.core import words
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary import rules
from volunteer_hub.vocabulary.models import Profession, Skill, Specialty

COMMON_LANGUAGES = ("en", "fr", "pt", "es", "ar", "sw", "am", "so", "my", "ne", "ny", "lg", "rw", "ha", "yo", "ig", "zu", "xh", "sn", "ti", "om", "hi", "bn", "ur", "ta", "pa", "gu", "cy", "pl", "ro", "el", "de", "it", "uk", "ru", "tl", "ml", "fa", "ps", "zh", "mg", "ln", "wo", "ff", "st", "tn", "id", "vi", "km", "lo", "si", "dv")  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One entry of a curated list."""

    code: str
    name: str
    parent: str | None
    search_text: str


@dataclass(frozen=True)
class Vocabulary:
    """All curated words, by code."""

    skills: dict[str, Word]
    specialties: dict[str, Word]
    professions: dict[str, Word]


def vocabulary() -> Vocabulary:
    """The words of this application's database, read once per process."""
    kept = current_app.extensions.get("vocabulary")
    if kept is None:
        kept = Vocabulary(
            skills=_words(sa.select(Skill.code, Skill.name, Skill.parent_code, Skill.search_text)),
            specialties=_words(sa.select(Specialty.code, Specialty.name, Specialty.parent_code, Specialty.search_text)),
            professions=_words(sa.select(Profession.code, Profession.name, sa.null(), sa.literal(""))),
        )
        if kept.skills:
            current_app.extensions["vocabulary"] = kept
    return kept


def _words(statement: sa.Select[tuple[str, str, str | None, str]]) -> dict[str, Word]:
    rows = db.session.execute(statement.order_by(sa.column("name")))
    return {row[0]: Word(*row) for row in rows}


def forget() -> None:
    """Read the words again next time."""
    current_app.extensions.pop("vocabulary", None)


def skill_name(code: str) -> str:
    """The name of a skill."""
    return vocabulary().skills[code].name


def profession_name(code: str | None) -> str:
    """The name of a profession, or an em dash."""
    return vocabulary().professions[code].name if code else "—"


def path_name(found: dict[str, Word], word: Word) -> str:
    """`Diabetes › Foot care`: a word with its parents' names before it."""
    names = [word.name]
    while word.parent:
        word = found[word.parent]
        names.append(word.name)
    return " › ".join(reversed(names))


def find(found: dict[str, Word], query: str, *, limit: int = 25) -> Sequence[Word]:
    """The words that answer `query`, best first; with nothing asked, the top of the tree."""
    asked = words.terms(query)
    if not asked:
        return [word for word in found.values() if word.parent is None]
    ranked = [(rules.rank(word.search_text, asked), word.name, word) for word in found.values()]
    return [word for place, _, word in sorted((r for r in ranked if r[0] is not None), key=lambda r: r[:2])][:limit]


def children(found: dict[str, Word], code: str) -> Sequence[Word]:
    """The words right below `code`."""
    return [word for word in found.values() if word.parent == code]


def get_profession(code: str) -> Profession | None:
    """A profession with its regulator."""
    return db.session.get(Profession, code)


@lru_cache(maxsize=8)
def languages(locale: str = "en") -> dict[str, str]:
    """Names of the languages that people offer and ask for, by ISO 639-1 code, in name order."""
    names = Locale.parse(locale).languages
    pairs = [(code, names[code]) for code in COMMON_LANGUAGES if code in names]
    return dict(sorted(pairs, key=lambda pair: words.fold(pair[1])))


def language_name(code: str, locale: str = "en") -> str:
    """The name of a language."""
    return languages(locale).get(code, code)
