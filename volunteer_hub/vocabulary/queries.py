"""Reading the curated words. They change seldom, so each process keeps them in memory for half a minute."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from babel import Locale

from volunteer_hub.audit import queries as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.audit.rules import Subject
from volunteer_hub.core import words
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.kept import Kept
from volunteer_hub.vocabulary import rules
from volunteer_hub.vocabulary.models import Profession, Skill, Specialty

COMMON_LANGUAGES = ("en", "fr", "pt", "es", "ar", "sw", "am", "so", "my", "ne", "ny", "lg", "rw", "ha", "yo", "ig", "zu", "xh", "sn", "ti", "om", "hi", "bn", "ur", "ta", "pa", "gu", "cy", "pl", "ro", "el", "de", "it", "uk", "ru", "tl", "ml", "fa", "ps", "zh", "mg", "ln", "wo", "ff", "st", "tn", "id", "vi", "km", "lo", "si", "dv")  # fmt: skip


NO_SUCH_SKILL = "There is no such skill."


@dataclass(frozen=True)
class Term:
    """One entry of a curated list. A retired one is not offered; a merged one stands for another."""

    code: str
    name: str
    parent: str | None
    search_text: str
    synonyms: str = ""
    retired: bool = False
    merged_into: str | None = None


class SkillIndex(dict[str, Term]):
    """The skills by code; one that another process added a moment ago is looked up when it is first asked for."""

    def __missing__(self, code: str) -> Term:
        found = _skills(Skill.code == code)
        if code not in found:
            raise KeyError(code)
        self[code] = found[code]
        return self[code]


@dataclass(frozen=True)
class Vocabulary:
    """All curated words, by code."""

    skills: dict[str, Term]
    specialties: dict[str, Term]
    professions: dict[str, Term]


def _read() -> Vocabulary:
    return Vocabulary(
        skills=_skills(),
        specialties=_words(sa.select(Specialty.code, Specialty.name, Specialty.parent_code, Specialty.search_text)),
        professions=_words(sa.select(Profession.code, Profession.name, sa.null(), sa.literal(""))),
    )


def _words(statement: sa.Select[tuple[str, str, str | None, str]]) -> dict[str, Term]:
    rows = db.session.execute(statement.order_by(sa.column("name")))
    return {row[0]: Term(*row) for row in rows}


def _skills(*conditions: sa.ColumnElement[bool]) -> SkillIndex:
    columns = (Skill.code, Skill.name, Skill.parent_code, Skill.search_text, Skill.synonyms)
    more = (Skill.retired_at.is_not(None), Skill.merged_into_code)
    rows = db.session.execute(sa.select(*columns, *more).where(*conditions).order_by(Skill.name, Skill.code))
    return SkillIndex({row[0]: Term(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6]) for row in rows})


cache = Kept("vocabulary", _read, worth_it=lambda found: bool(found.skills))
clear_cache, mark_changed = cache.forget, cache.changed


def vocabulary() -> Vocabulary:
    """The words of this application's database, read once in half a minute and process.

    A transaction that changes them sees its own words, and nobody else sees these before the commit.
    """
    return cache.value()


def resolve_code(found: Mapping[str, Term], code: str) -> str:
    """The code that `code` stands for: itself, or what it was merged into."""
    word = found.get(code)
    while word is not None and word.merged_into:
        code = word.merged_into
        word = found.get(code)
    return code


def skill_name(code: str) -> str:
    """The name of a skill; of one that was merged, the name of the other."""
    known = vocabulary().skills
    return known[resolve_code(known, code)].name


def find_skill(code: str) -> Term | None:
    """The skill that the code in an address stands for, if there is one."""
    known = vocabulary().skills
    return known.get(resolve_code(known, code))


def profession_name(code: str | None) -> str:
    """The name of a profession, or an em dash."""
    return vocabulary().professions[code].name if code else "—"


def path_name(found: dict[str, Term], word: Term) -> str:
    """`Diabetes › Foot care`: a word with its parents' names before it."""
    names = [word.name]
    while word.parent:
        word = found[word.parent]
        names.append(word.name)
    return " › ".join(reversed(names))


def search(found: Mapping[str, Term], query: str, *, limit: int = 25, retired: bool = False) -> Sequence[Term]:
    """The words that answer `query`, best first; with nothing asked, the top of the tree.

    What is no longer offered only on request; what was merged never.
    """
    asked = words.terms(query)
    offered = [word for word in found.values() if not word.merged_into and (retired or not word.retired)]
    if not asked:
        return [word for word in offered if word.parent is None]
    ranked = [(rules.rank(word.search_text, asked), word.name, word) for word in offered]
    return [word for place, _, word in sorted((r for r in ranked if r[0] is not None), key=lambda r: r[:2])][:limit]


def list_children(found: Mapping[str, Term], code: str, *, retired: bool = False) -> Sequence[Term]:
    """The words right below `code`."""
    below = (word for word in found.values() if word.parent == code and not word.merged_into)
    return [word for word in below if retired or not word.retired]


def resolve_offered(found: Mapping[str, Term], under: str) -> str:
    """The word that an address opens: that of `under` while it is offered, or empty."""
    code = resolve_code(found, under)
    return code if code in found and not found[code].retired else ""


def list_with_children(found: Mapping[str, Term], under: str) -> Sequence[Term]:
    """A word that an address opens with those right below it; nothing for an unknown one."""
    code = resolve_offered(found, under)
    return [found[code], *list_children(found, code)] if code else []


def get_skill(code: str, *, locked: bool = False) -> Skill:
    """A skill's row; `locked` lets rival editors of the tree wait for each other. Raises NotFound."""
    if locked:
        lock_tree()
    found = db.session.get(Skill, code, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound(NO_SUCH_SKILL)
    return found


def lock_tree() -> None:
    """One editor of the skills at a time: the first row is the gate. Reading and using skills goes on."""
    gate = sa.select(Skill.code).where(Skill.parent_code.is_(None)).order_by(Skill.code).limit(1)
    db.session.execute(gate.with_for_update(key_share=True))


def lock_skills(*codes: str) -> None:
    """Wait until nobody else is giving or changing these skills, and keep them until the commit."""
    rows = sa.select(Skill.code).where(Skill.code.in_(codes)).order_by(Skill.code)
    db.session.execute(rows.with_for_update()).all()


def resolve_for_write(code: str) -> Skill:
    """The skill that a code stands for, kept from being merged or retired until the commit. Raises NotFound."""
    while True:
        held = sa.select(Skill).where(Skill.code == code).with_for_update(read=True)
        found = db.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
        if found is None:
            raise NotFound(NO_SUCH_SKILL)
        if found.merged_into_code is None:
            return found
        code = found.merged_into_code


def list_edited_codes() -> frozenset[str]:
    """The codes of the skills that somebody changed in the pages."""
    touched = sa.or_(Skill.changed_at.is_not(None), Skill.retired_at.is_not(None), Skill.merged_into_code.is_not(None))
    return frozenset(db.session.scalars(sa.select(Skill.code).where(touched).order_by(Skill.code)))


def audit_subject(code: str) -> Subject:
    """A skill as the audit trail knows it."""
    return Subject.coded(Skill.__tablename__, code)


def list_history(code: str) -> Sequence[AuditEntry]:
    """The acts on a skill and on those merged into it, oldest first."""
    found = vocabulary().skills
    codes = {code} | {
        word.code for word in found.values() if word.merged_into and resolve_code(found, word.code) == code
    }
    entries = audit.history(*(audit_subject(one) for one in sorted(codes)))
    return [entry for entry in entries if _details(entry).get("code") in codes]


def _details(entry: AuditEntry) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(entry.details)
    return details


def find_profession(code: str) -> Profession | None:
    """A profession with its regulator."""
    return db.session.get(Profession, code)


@lru_cache(maxsize=8)
def language_names(locale: str = "en") -> dict[str, str]:
    """Names of the languages that people offer and ask for, by ISO 639-1 code, in name order."""
    names = Locale.parse(locale).languages
    pairs = [(code, names[code]) for code in COMMON_LANGUAGES if code in names]
    return dict(sorted(pairs, key=lambda pair: words.fold(pair[1])))


def language_name(code: str, locale: str = "en") -> str:
    """The name of a language."""
    return language_names(locale).get(code, code)
