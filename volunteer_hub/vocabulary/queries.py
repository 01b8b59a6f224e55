"""Queries of the vocabulary. It rarely changes, so each process caches it for half a minute."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import queries as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.audit.rules import Subject
from volunteer_hub.core import plain_text
from volunteer_hub.core.cache import CachedValue
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.vocabulary import rules
from volunteer_hub.vocabulary.models import Profession, Skill, Specialty

COMMON_LANGUAGES = ("en", "fr", "pt", "es", "ar", "sw", "am", "so", "my", "ne", "ny", "lg", "rw", "ha", "yo", "ig", "zu", "xh", "sn", "ti", "om", "hi", "bn", "ur", "ta", "pa", "gu", "cy", "pl", "ro", "el", "de", "it", "uk", "ru", "tl", "ml", "fa", "ps", "zh", "mg", "ln", "wo", "ff", "st", "tn", "id", "vi", "km", "lo", "si", "dv")  # fmt: skip


NO_SUCH_SKILL = _l("There is no such skill.")


@dataclass(frozen=True)
class Term:
    """A term of a list. A retired term is not offered; a merged one stands for another."""

    code: str
    name: str
    parent: str | None
    search_text: str
    synonyms: str = ""
    retired: bool = False
    merged_into: str | None = None


class SkillIndex(dict[str, Term]):
    """Skills by code. A code missing from the cache is looked up once, as another process may just have added it."""

    def __missing__(self, code: str) -> Term:
        loaded = _skills(Skill.code == code)
        if code not in loaded:
            raise KeyError(code)
        self[code] = loaded[code]
        return self[code]


@dataclass(frozen=True)
class Vocabulary:
    """All terms of the three lists, by code."""

    skills: dict[str, Term]
    specialties: dict[str, Term]
    professions: dict[str, Term]


def _read() -> Vocabulary:
    return Vocabulary(
        skills=_skills(),
        specialties=_read_terms(
            sa.select(Specialty.code, Specialty.name, Specialty.parent_code, Specialty.search_text)
        ),
        professions=_read_terms(sa.select(Profession.code, Profession.name, sa.null(), sa.literal(""))),
    )


def _read_terms(statement: sa.Select[tuple[str, str, str | None, str]]) -> dict[str, Term]:
    rows = db.session.execute(statement.order_by(sa.column("name")))
    return {row[0]: Term(*row) for row in rows}


def _skills(*conditions: sa.ColumnElement[bool]) -> SkillIndex:
    columns = (Skill.code, Skill.name, Skill.parent_code, Skill.search_text, Skill.synonyms)
    more = (Skill.retired_at.is_not(None), Skill.merged_into_code)
    rows = db.session.execute(sa.select(*columns, *more).where(*conditions).order_by(Skill.name, Skill.code))
    return SkillIndex({row[0]: Term(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6]) for row in rows})


cache = CachedValue("vocabulary", _read, should_cache=lambda loaded: bool(loaded.skills))
clear_cache, mark_changed = cache.invalidate, cache.mark_changed


def vocabulary() -> Vocabulary:
    """Return the vocabulary, cached for half a minute per process.

    A transaction that changes skills sees its own changes; others see them after its commit.
    """
    return cache.get()


def resolve_code(terms: Mapping[str, Term], code: str) -> str:
    """Return the code that `code` stands for: itself, or that of the skill it was merged into."""
    term = terms.get(code)
    while term is not None and term.merged_into:
        code = term.merged_into
        term = terms.get(code)
    return code


def skill_name(code: str) -> str:
    """Return the name of a skill; for a merged one, the name of the skill that stayed. Raises KeyError."""
    known = vocabulary().skills
    return known[resolve_code(known, code)].name


def find_skill(code: str) -> Term | None:
    """Return the skill that a code from a URL stands for; None if there is none."""
    known = vocabulary().skills
    return known.get(resolve_code(known, code))


def profession_name(code: str | None) -> str:
    """Return the name of a profession; an em dash for None."""
    return vocabulary().professions[code].name if code else "—"


def path_name(terms: dict[str, Term], term: Term) -> str:
    """Return a term's name with its parents' names before it: `Diabetes › Foot care`."""
    names = [term.name]
    while term.parent:
        term = terms[term.parent]
        names.append(term.name)
    return " › ".join(reversed(names))


def search(terms: Mapping[str, Term], query: str, *, limit: int = 25, retired: bool = False) -> Sequence[Term]:
    """Return the terms that match `query`, best first; without a query, the top of the tree.

    Retired terms are included only with `retired`, merged ones never.
    """
    query_terms = plain_text.search_terms(query)
    offered = [term for term in terms.values() if not term.merged_into and (retired or not term.retired)]
    if not query_terms:
        return [term for term in offered if term.parent is None]
    ranked = [(rules.rank(term.search_text, query_terms), term.name, term) for term in offered]
    return [term for _rank, _, term in sorted((r for r in ranked if r[0] is not None), key=lambda r: r[:2])][:limit]


def list_children(terms: Mapping[str, Term], code: str, *, retired: bool = False) -> Sequence[Term]:
    """Return the terms directly below `code`; retired ones only with `retired`, merged ones never."""
    children = (term for term in terms.values() if term.parent == code and not term.merged_into)
    return [term for term in children if retired or not term.retired]


def resolve_offered(terms: Mapping[str, Term], under: str) -> str:
    """Return the code of the offered term that `under` stands for, or an empty string."""
    code = resolve_code(terms, under)
    return code if code in terms and not terms[code].retired else ""


def list_with_children(terms: Mapping[str, Term], under: str) -> Sequence[Term]:
    """Return the offered term `under` with those directly below it; an empty list if it is unknown."""
    code = resolve_offered(terms, under)
    return [terms[code], *list_children(terms, code)] if code else []


def get_skill(code: str, *, locked: bool = False) -> Skill:
    """Return a skill's row; `locked` takes the lock of the whole tree for an edit. Raises NotFound."""
    if locked:
        lock_tree()
    skill = db.session.get(Skill, code, with_for_update=locked or None, populate_existing=locked)
    if skill is None:
        raise NotFound(NO_SUCH_SKILL, code="skill_not_found")
    return skill


def lock_tree() -> None:
    """Lock the skills tree for editing until the commit. Reading and using skills is not blocked.

    The lock is on the first row of the tree, by convention.
    """
    first_row = sa.select(Skill.code).where(Skill.parent_code.is_(None)).order_by(Skill.code).limit(1)
    db.session.execute(first_row.with_for_update(key_share=True))


def lock_skills(*codes: str) -> None:
    """Lock these skills exclusively until the commit, so that no row can start to use them meanwhile."""
    rows = sa.select(Skill.code).where(Skill.code.in_(codes)).order_by(Skill.code)
    db.session.execute(rows.with_for_update()).all()


def resolve_for_write(code: str) -> Skill:
    """Return the skill that a code stands for, with a shared lock until the commit. Raises NotFound.

    The lock prevents a concurrent merge. Callers store the returned skill's code.
    """
    while True:
        statement = sa.select(Skill).where(Skill.code == code).with_for_update(read=True)
        skill = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
        if skill is None:
            raise NotFound(NO_SUCH_SKILL, code="skill_not_found")
        if skill.merged_into_code is None:
            return skill
        code = skill.merged_into_code


def list_edited_codes() -> frozenset[str]:
    """Return the codes of skills that were edited, retired or merged in the pages."""
    is_edited = sa.or_(
        Skill.changed_at.is_not(None), Skill.retired_at.is_not(None), Skill.merged_into_code.is_not(None)
    )
    return frozenset(db.session.scalars(sa.select(Skill.code).where(is_edited).order_by(Skill.code)))


def audit_subject(code: str) -> Subject:
    """Return the subject under which the audit log names a skill."""
    return Subject.from_code(Skill.__tablename__, code)


def list_history(code: str) -> Sequence[AuditEntry]:
    """Return the audit entries of a skill and of those merged into it, the oldest first."""
    skills = vocabulary().skills
    codes = {code} | {
        term.code for term in skills.values() if term.merged_into and resolve_code(skills, term.code) == code
    }
    entries = audit.list_history(*(audit_subject(skill_code) for skill_code in sorted(codes)))
    return [entry for entry in entries if _details(entry).get("code") in codes]


def _details(entry: AuditEntry) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(entry.details)
    return details


def find_profession(code: str) -> Profession | None:
    """Return a profession with its regulator; None if the code is unknown."""
    return db.session.get(Profession, code)


@lru_cache(maxsize=8)
def language_names(locale: str = "en") -> dict[str, str]:
    """Return the names of the common languages by ISO 639-1 code, ordered by name."""
    names = Locale.parse(locale).languages
    pairs = [(code, names[code]) for code in COMMON_LANGUAGES if code in names]
    return dict(sorted(pairs, key=lambda pair: plain_text.fold(pair[1])))


def language_name(code: str, locale: str = "en") -> str:
    """Return the name of a language; its code if the name is unknown."""
    return language_names(locale).get(code, code)
