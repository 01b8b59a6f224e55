"""Curation of the skills tree: adding, renaming, retiring, restoring and merging skills.

Callers hold the lock of the tree (`queries.get_skill(locked=True)`), which serialises concurrent editors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.vocabulary import queries, references, rules
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.vocabulary.queries import Term
from volunteer_hub.vocabulary.references import MovedReferences


def add_skill(
    *, name: str, short_code: str | None, parent: Skill | None, synonyms: str, actor: Viewer, now: dt.datetime
) -> Skill:
    """Add a skill below `parent`, or an area at the top. Raises DomainError for a taken name, code or synonym."""
    queries.lock_tree()
    queries.mark_changed()
    if parent and parent.retired_at:
        raise DomainError(
            _("“%(name)s” is retired. Bring it back first, or choose another place.", name=parent.name),
            code="parent_retired",
        )
    code = _new_code(name, short_code, parent)
    synonym_list = rules.parse_synonyms(synonyms)
    _require_unused_names(None, name, parent.code if parent else None, synonym_list)
    skill = Skill(code=code, parent_code=parent.code if parent else None)
    _write(skill, name, synonym_list, now=now)
    db.session.add(skill)
    _save(skill, "added", actor=actor, now=now, note=name, parent=skill.parent_code)
    return skill


def _new_code(name: str, short_code: str | None, parent: Skill | None) -> str:
    prefix = f"{parent.code}." if parent else ""
    known = queries.vocabulary().skills
    short = (
        short_code.upper() if short_code else rules.suggest_short_code(name, [c.removeprefix(prefix) for c in known])
    )
    if not rules.SHORT_CODE_PATTERN.fullmatch(short):
        raise DomainError(
            _("Use 2 to 10 letters and digits, such as FOOT."), field="short_code", code="skill_code_invalid"
        )
    code = prefix + short
    if code in known:
        raise DomainError(
            _("“%(name)s” has this code. Choose another one.", name=known[code].name),
            field="short_code",
            code="skill_code_taken",
        )
    return code


def change_skill(skill: Skill, *, name: str, synonyms: str, actor: Viewer, now: dt.datetime) -> None:
    """Change a skill's name and synonyms. Raises DomainError for a name or synonym of another skill."""
    _require_not_merged(skill)
    queries.mark_changed()
    new_synonyms, before = rules.parse_synonyms(synonyms), (skill.name, rules.parse_synonyms(skill.synonyms))
    if (name, new_synonyms) == before:
        return
    _require_unused_names(skill, name, skill.parent_code, new_synonyms)
    _write(skill, name, new_synonyms, now=now)
    changes = [f"{before[0]} → {name}"] if before[0] != name else []
    changes += (
        [f"{', '.join(before[1]) or '—'} → {', '.join(new_synonyms) or '—'}"] if before[1] != new_synonyms else []
    )
    _save(skill, "changed", actor=actor, now=now, note="\n".join(changes))
    references.notify_renamed(skill.code)


def _write(skill: Skill, name: str, synonyms: tuple[str, ...], *, now: dt.datetime) -> None:
    skill.name, skill.synonyms = name, "|".join(synonyms)
    skill.search_text = rules.search_text(name, skill.synonyms)
    skill.changed_at = now


def _save(skill: Skill, action: str, *, actor: Viewer, now: dt.datetime, note: str | None, **details: Any) -> None:
    db.session.flush()
    queries.mark_changed()
    subject = queries.audit_subject(skill.code)
    audit.record(f"skill.{action}", subject, actor=actor, now=now, note=note, code=skill.code, **details)


def _require_unused_names(skill: Skill | None, name: str, parent: str | None, synonyms: Iterable[str]) -> None:
    """Raise DomainError for a sibling's name or another skill's synonym; the message names the other skill.

    Synonyms that the skill already has are not checked again.
    """
    old = {rules.comparison_key(synonym) for synonym in rules.parse_synonyms(skill.synonyms)} if skill else set()
    added = {rules.comparison_key(synonym): synonym for synonym in synonyms if rules.comparison_key(synonym) not in old}
    for other in queries.vocabulary().skills.values():
        if other.merged_into or (skill and other.code == skill.code):
            continue
        if other.parent == parent and rules.comparison_key(other.name) == rules.comparison_key(name):
            raise DomainError(
                _("“%(name)s” stands there already (%(code)s).", name=other.name, code=other.code),
                field="name",
                code="skill_name_taken",
            )
        _require_unused_synonyms(added, other)


def _require_unused_synonyms(added: Mapping[str, str], other: Term) -> None:
    for synonym in (other.name, *rules.parse_synonyms(other.synonyms)):
        if rules.comparison_key(synonym) in added:
            raise DomainError(
                _(
                    "“%(synonym)s” belongs to “%(name)s” (%(code)s). Take it away there first, or merge the two.",
                    synonym=added[rules.comparison_key(synonym)],
                    name=other.name,
                    code=other.code,
                ),
                field="synonyms",
                code="synonym_taken",
            )


def retire(skill: Skill, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Stop offering a skill; it stays where it is in use.

    Raises DomainError while skills below it are offered, Conflict if it is retired already.
    """
    _require_not_merged(skill)
    if skill.retired_at:
        raise Conflict(
            _("This skill is retired already. Somebody may have acted before you."), code="skill_already_retired"
        )
    queries.mark_changed()
    below = queries.list_children(queries.vocabulary().skills, skill.code)
    if below:
        raise DomainError(
            _(
                "Below it are skills that are still offered: %(names)s. Retire or merge them first.",
                names=_join_names(below),
            ),
            code="offered_skills_below",
        )
    skill.retired_at = skill.changed_at = now
    _save(skill, "retired", actor=actor, now=now, note=reason)


def restore(skill: Skill, *, actor: Viewer, now: dt.datetime) -> None:
    """Offer a retired skill again. Raises Conflict if it is offered, DomainError if its parent is retired."""
    _require_not_merged(skill)
    if not skill.retired_at:
        raise Conflict(
            _("This skill is offered already. Somebody may have acted before you."), code="skill_already_offered"
        )
    queries.mark_changed()
    parent = queries.vocabulary().skills[skill.parent_code] if skill.parent_code else None
    if parent and parent.retired:
        raise DomainError(
            _("It stands below “%(name)s”, which is retired. Bring that one back first.", name=parent.name),
            code="parent_retired",
        )
    _require_unused_names(skill, skill.name, skill.parent_code, ())
    skill.retired_at, skill.changed_at = None, now
    _save(skill, "brought_back", actor=actor, now=now, note=None)


def merge(skill: Skill, into: Skill, *, actor: Viewer, now: dt.datetime) -> Mapping[str, MovedReferences]:
    """Merge `skill` into `into`, irreversibly. Returns the numbers of moved rows by kind.

    All rows that use `skill` use `into` afterwards, which takes over its names as synonyms. Raises DomainError while
    skills are below `skill`, and if `into` is retired, merged or `skill` itself.
    """
    _require_not_merged(skill)
    queries.mark_changed()
    below = queries.list_children(queries.vocabulary().skills, skill.code, retired=True)
    if below:
        raise DomainError(
            _("Below it are other skills: %(names)s. Merge them first.", names=_join_names(below)), code="skills_below"
        )
    if into.code == skill.code or into.retired_at or into.merged_into_code:
        raise DomainError(_("Choose another skill, one that is offered."), field="into", code="merge_target_invalid")
    queries.lock_skills(skill.code, into.code)
    note = f"{skill.name} ({skill.code}) → {into.name} ({into.code})"
    moved = references.move_references(skill.code, into.code)
    skill.retired_at, skill.merged_into_code, skill.changed_at = skill.retired_at or now, into.code, now
    combined = rules.deduplicate_names([*into.synonyms.split("|"), skill.name, *skill.synonyms.split("|")])
    own_key = rules.comparison_key(into.name)
    _write(
        into,
        into.name,
        tuple(name for name in combined if rules.comparison_key(name) != own_key)[: rules.MAX_SYNONYMS],
        now=now,
    )
    counts = {kind: [count.moved, count.merged] for kind, count in moved.items()}
    _save(skill, "merged", actor=actor, now=now, note=note, into=into.code, moved=counts)
    references.notify_renamed(into.code)
    return moved


def _join_names(terms: Iterable[Term]) -> str:
    return ", ".join(term.name for term in terms)


def _require_not_merged(skill: Skill) -> None:
    if skill.merged_into_code:
        raise Conflict(
            _(
                "%(code)s was merged into %(into)s, so nothing about it can be changed.",
                code=skill.code,
                into=skill.merged_into_code,
            ),
            code="skill_merged",
        )
