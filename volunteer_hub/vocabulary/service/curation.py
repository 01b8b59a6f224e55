"""Curating the skills tree: adding, renaming, retiring, bringing back, merging.

Every verb wants the tree locked (`queries.get_skill(locked=True)`): rival editors wait for each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.vocabulary import queries, rules, uses
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.vocabulary.queries import Term
from volunteer_hub.vocabulary.uses import Moved


def add_skill(
    *, name: str, short_code: str | None, parent: Skill | None, synonyms: str, actor: Viewer, now: dt.datetime
) -> Skill:
    """Add a skill below `parent`, or an area at the top. Raises DomainError for names and codes that are taken."""
    queries.lock_tree()
    queries.mark_changed()
    if parent and parent.retired_at:
        raise DomainError(f"“{parent.name}” is retired. Bring it back first, or choose another place.")
    code = _new_code(name, short_code, parent)
    others = rules.parse_synonyms(synonyms)
    _refuse_taken(None, name, parent.code if parent else None, others)
    skill = Skill(code=code, parent_code=parent.code if parent else None)
    _write(skill, name, others, now=now)
    db.session.add(skill)
    _done(skill, "added", actor=actor, now=now, words=name, parent=skill.parent_code)
    return skill


def _new_code(name: str, short_code: str | None, parent: Skill | None) -> str:
    before = f"{parent.code}." if parent else ""
    known = queries.vocabulary().skills
    short = (
        short_code.upper() if short_code else rules.suggest_short_code(name, [c.removeprefix(before) for c in known])
    )
    if not rules.SHORT_CODE_PATTERN.fullmatch(short):
        raise DomainError("Use 2 to 10 letters and digits, such as FOOT.", field="short_code")
    code = before + short
    if code in known:
        raise DomainError(f"“{known[code].name}” has this code. Choose another one.", field="short_code")
    return code


def change_skill(skill: Skill, *, name: str, synonyms: str, actor: Viewer, now: dt.datetime) -> None:
    """Rename a skill and change its synonyms. Raises DomainError for what another skill is called already."""
    _refuse_merged(skill)
    queries.mark_changed()
    others, before = rules.parse_synonyms(synonyms), (skill.name, rules.parse_synonyms(skill.synonyms))
    if (name, others) == before:
        return
    _refuse_taken(skill, name, skill.parent_code, others)
    _write(skill, name, others, now=now)
    told = [f"{before[0]} → {name}"] if before[0] != name else []
    told += [f"{', '.join(before[1]) or '—'} → {', '.join(others) or '—'}"] if before[1] != others else []
    _done(skill, "changed", actor=actor, now=now, words="\n".join(told))
    uses.refresh(skill.code)


def _write(skill: Skill, name: str, synonyms: tuple[str, ...], *, now: dt.datetime) -> None:
    skill.name, skill.synonyms = name, "|".join(synonyms)
    skill.search_text = rules.search_text(name, skill.synonyms)
    skill.changed_at = now


def _done(skill: Skill, action: str, *, actor: Viewer, now: dt.datetime, words: str | None, **details: Any) -> None:
    db.session.flush()
    queries.mark_changed()
    subject = queries.audit_subject(skill.code)
    audit.record(f"skill.{action}", subject, actor=actor, now=now, words=words, code=skill.code, **details)


def _refuse_taken(skill: Skill | None, name: str, parent: str | None, synonyms: Iterable[str]) -> None:
    """Refuse a name that its neighbour has, and a synonym that another skill has; both name the other.

    What stood there before is not asked about again.
    """
    old = {rules.comparison_key(word) for word in rules.parse_synonyms(skill.synonyms)} if skill else set()
    added = {rules.comparison_key(word): word for word in synonyms if rules.comparison_key(word) not in old}
    for other in queries.vocabulary().skills.values():
        if other.merged_into or (skill and other.code == skill.code):
            continue
        if other.parent == parent and rules.comparison_key(other.name) == rules.comparison_key(name):
            raise DomainError(f"“{other.name}” stands there already ({other.code}).", field="name")
        _refuse_shared(added, other)


def _refuse_shared(added: Mapping[str, str], other: Term) -> None:
    for word in (other.name, *rules.parse_synonyms(other.synonyms)):
        if rules.comparison_key(word) in added:
            raise DomainError(
                f"“{added[rules.comparison_key(word)]}” belongs to “{other.name}” ({other.code}). Take it away there first, or merge the two.",
                field="synonyms",
            )


def retire(skill: Skill, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Offer a skill no longer; whoever has it keeps it. Raises DomainError while something is offered below it."""
    _refuse_merged(skill)
    if skill.retired_at:
        raise Conflict("This skill is retired already. Somebody may have acted before you.")
    queries.mark_changed()
    below = queries.list_children(queries.vocabulary().skills, skill.code)
    if below:
        raise DomainError(f"Below it are skills that are still offered: {_names(below)}. Retire or merge them first.")
    skill.retired_at = skill.changed_at = now
    _done(skill, "retired", actor=actor, now=now, words=reason)


def restore(skill: Skill, *, actor: Viewer, now: dt.datetime) -> None:
    """Offer a retired skill again. Raises Conflict for one that is offered, DomainError below a retired one."""
    _refuse_merged(skill)
    if not skill.retired_at:
        raise Conflict("This skill is offered already. Somebody may have acted before you.")
    queries.mark_changed()
    parent = queries.vocabulary().skills[skill.parent_code] if skill.parent_code else None
    if parent and parent.retired:
        raise DomainError(f"It stands below “{parent.name}”, which is retired. Bring that one back first.")
    _refuse_taken(skill, skill.name, skill.parent_code, ())
    skill.retired_at, skill.changed_at = None, now
    _done(skill, "brought_back", actor=actor, now=now, words=None)


def merge(skill: Skill, into: Skill, *, actor: Viewer, now: dt.datetime) -> Mapping[str, Moved]:
    """Make one skill of two, for good: all that has `skill` has `into`, under which its words are found too.

    Raises DomainError while something stands below `skill`, and for a target that cannot take it.
    """
    _refuse_merged(skill)
    queries.mark_changed()
    below = queries.list_children(queries.vocabulary().skills, skill.code, retired=True)
    if below:
        raise DomainError(f"Below it are other skills: {_names(below)}. Merge them first.")
    if into.code == skill.code or into.retired_at or into.merged_into_code:
        raise DomainError("Choose another skill, one that is offered.", field="into")
    queries.lock_skills(skill.code, into.code)
    told = f"{skill.name} ({skill.code}) → {into.name} ({into.code})"
    moved = uses.move(skill.code, into.code)
    skill.retired_at, skill.merged_into_code, skill.changed_at = skill.retired_at or now, into.code, now
    both = rules.deduplicate_names([*into.synonyms.split("|"), skill.name, *skill.synonyms.split("|")])
    own = rules.comparison_key(into.name)
    _write(
        into,
        into.name,
        tuple(word for word in both if rules.comparison_key(word) != own)[: rules.MAX_SYNONYMS],
        now=now,
    )
    numbers = {kind: [count.moved, count.joined] for kind, count in moved.items()}
    _done(skill, "merged", actor=actor, now=now, words=told, into=into.code, moved=numbers)
    uses.refresh(into.code)
    return moved


def _names(found: Iterable[Term]) -> str:
    return ", ".join(word.name for word in found)


def _refuse_merged(skill: Skill) -> None:
    if skill.merged_into_code:
        raise Conflict(f"{skill.code} was merged into {skill.merged_into_code}, so nothing about it can be changed.")
