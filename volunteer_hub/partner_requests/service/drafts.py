"""Drafting: a title first, then section by section in any order; nothing else is needed to save.

Every saved part moves the request's version on, so that two editors notice each other.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from volunteer_hub.audit import service as audit
from volunteer_hub.core import times
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden, NotFound
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill, RequestWindow
from volunteer_hub.partner_requests.rules import Action, RequestSection
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.service.lifecycle import check_dates
from volunteer_hub.partner_requests.service.permissions import NOT_PERMITTED, require
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.programmes import rules as programme_rules
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.vocabulary.states import SKILL_RANK, LanguageLevel, SkillLevel

COPIED_COLUMNS = (
    "programme_id", "institution_id", "title", "need", "kind", "specialty_code", "learners_cadre", "learners_number",
    "weekly_minutes", "weeks", "seats", "delivery", "urgency", "expected_result", "cost_minor", "supervisor",
)  # fmt: skip
MAX_SKILLS = 15


def create_draft(
    *, title: str, institution: Institution, programme_id: int, actor: Viewer, now: dt.datetime
) -> PartnerRequest:
    """Begin a request. Raises Forbidden outside one's own institutions, DomainError when the programme is not open."""
    if institution.id not in actor.institutions(Role.PARTNER) and not actor.has(Role.COORDINATOR):
        raise Forbidden(NOT_PERMITTED)
    if programme_id not in {programme.id for programme in programmes.list_running_for(institution.id)}:
        raise DomainError("This programme takes no requests from there at present. Choose another.", field="place")
    ask = PartnerRequest(
        title=title,
        institution_id=institution.id,
        programme_id=programme_id,
        contact_id=actor.account_id,
        state=RequestState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    db.session.add(ask)
    db.session.flush()
    audit.record("partner_request.drafted", ask, actor=actor, now=now)
    return ask


def save_section(
    ask: PartnerRequest, section: RequestSection, *, actor: Viewer, now: dt.datetime, **answers: Any
) -> None:
    """Save the answers of one section. Raises DomainError for dates that cannot be meant."""
    require(Action.EDIT, ask, actor=actor)
    if section is RequestSection.TIME:
        check_dates(
            ask, earliest_start_on=answers["earliest_start_on"], respond_by_on=answers["respond_by_on"], now=now
        )
        if answers["seats"] < ask.seats_filled:
            raise DomainError(f"Seats that are taken already: {ask.seats_filled}. Ask for no fewer.", field="seats")
    for column, answer in answers.items():
        setattr(ask, column, answer)
    _saved(ask, section, actor=actor, now=now)


def _saved(ask: PartnerRequest, section: RequestSection, *, actor: Viewer, now: dt.datetime) -> None:
    ask.updated_at = now
    flag_modified(ask, "updated_at")  # the version moves on even when only a part changed, in the same instant
    audit.record("partner_request.changed", ask, actor=actor, now=now, section=section.value)
    db.session.flush()
    if ask.state is not RequestState.DRAFT:
        search_index.refresh(ask)


def add_skill(
    ask: PartnerRequest, code: str, *, level: SkillLevel, required: bool, actor: Viewer, now: dt.datetime
) -> None:
    """Ask for a skill, or change how. Raises DomainError for an unknown one or too many."""
    require(Action.EDIT, ask, actor=actor)
    chosen = _to_use(code)
    code = chosen.code
    there = next((skill for skill in ask.skills if skill.skill_code == code), None)
    if there is None and chosen.retired_at:
        raise DomainError(f"“{chosen.name}” is no longer offered. Choose another skill.", field="code")
    if there is None and len(ask.skills) >= MAX_SKILLS:
        raise DomainError(f"Keep to {MAX_SKILLS} skills: with more, nobody fits. Remove one first.")
    if there is None:
        ask.skills.append(RequestSkill(skill_code=code, level=level, required=required))
    else:
        there.level, there.required = level, required
    _saved(ask, RequestSection.SKILLS, actor=actor, now=now)


def _to_use(code: str) -> Skill:
    try:
        return vocabulary.resolve_for_write(code)
    except NotFound as error:
        raise DomainError("Choose a skill from the list.", field="code") from error


def remove_skill(ask: PartnerRequest, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Ask for it no longer. Raises NotFound."""
    require(Action.EDIT, ask, actor=actor)
    code = vocabulary.resolve_code(vocabulary.vocabulary().skills, code)
    ask.skills.remove(_found(ask.skills, skill_code=code))
    _saved(ask, RequestSection.SKILLS, actor=actor, now=now)


def add_language(ask: PartnerRequest, language: str, *, level: LanguageLevel, actor: Viewer, now: dt.datetime) -> None:
    """Name a language in which the work can be done, or change its level."""
    require(Action.EDIT, ask, actor=actor)
    if language not in vocabulary.language_names():
        raise DomainError("Choose a language from the list.", field="language")
    there = next((row for row in ask.languages if row.language == language), None)
    if there is None:
        ask.languages.append(RequestLanguage(language=language, level=level))
    else:
        there.level = level
    _saved(ask, RequestSection.LANGUAGES, actor=actor, now=now)


def remove_language(ask: PartnerRequest, language: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Name it no longer. Raises NotFound."""
    require(Action.EDIT, ask, actor=actor)
    ask.languages.remove(_found(ask.languages, language=language))
    _saved(ask, RequestSection.LANGUAGES, actor=actor, now=now)


def add_windows(
    ask: PartnerRequest, *, weekdays: list[int], start: int, end: int, actor: Viewer, now: dt.datetime
) -> None:
    """Add a time on several days, past midnight too; what overlaps on a day becomes one. Raises DomainError."""
    require(Action.EDIT, ask, actor=actor)
    for added in times.every(set(weekdays), start, end):
        rows = [row for row in ask.windows if row.weekday == added.weekday]
        joined = times.merged([*((row.start_minute, row.end_minute) for row in rows), added[1:]])
        for row in rows:
            ask.windows.remove(row)
        ask.windows += [RequestWindow(weekday=added.weekday, start_minute=a, end_minute=b) for a, b in joined]
    _saved(ask, RequestSection.WINDOWS, actor=actor, now=now)


def remove_window(ask: PartnerRequest, window_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Take a time away. Raises NotFound."""
    require(Action.EDIT, ask, actor=actor)
    ask.windows.remove(_found(ask.windows, id=window_id))
    _saved(ask, RequestSection.WINDOWS, actor=actor, now=now)


def _found(rows: list[Any], **key: Any) -> Any:
    for row in rows:
        if all(getattr(row, name) == value for name, value in key.items()):
            return row
    raise NotFound("This is not part of the request any more.")


def copy_request(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> PartnerRequest:
    """A new draft with all parts of an earlier request but its dates."""
    require(Action.COPY, ask, actor=actor)
    programme_rules.require_not_closed(ask.programme.state)
    fresh = PartnerRequest(
        **{column: getattr(ask, column) for column in COPIED_COLUMNS},
        copied_from_id=ask.id,
        contact_id=actor.account_id,
        state=RequestState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    fresh.skills = _copied_skills(ask)
    fresh.languages = [RequestLanguage(language=row.language, level=row.level) for row in ask.languages]
    fresh.windows = [
        RequestWindow(weekday=w.weekday, start_minute=w.start_minute, end_minute=w.end_minute) for w in ask.windows
    ]
    db.session.add(fresh)
    db.session.flush()
    audit.record("partner_request.copied", fresh, actor=actor, now=now, copied_from=ask.id)
    return fresh


def _copied_skills(ask: PartnerRequest) -> list[RequestSkill]:
    """The skills asked for, each as what it stands for now: one may have been merged since the page was opened."""
    found: dict[str, RequestSkill] = {}
    for asked in sorted(ask.skills, key=lambda row: row.skill_code):
        code = vocabulary.resolve_for_write(asked.skill_code).code
        same = found.setdefault(code, RequestSkill(skill_code=code, level=asked.level, required=asked.required))
        same.level = max(same.level, asked.level, key=SKILL_RANK.__getitem__)
        same.required = same.required or asked.required
    return list(found.values())
