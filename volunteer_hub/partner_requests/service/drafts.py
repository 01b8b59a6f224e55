"""Drafts: a title is enough to create one; the sections are then saved separately, in any order.

Each save increments the request's version, so that concurrent edits are detected.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
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
    """Create a draft with the actor as its contact.

    Raises Forbidden for an institution that is not the actor's, DomainError when the programme takes
    no requests from it.
    """
    if institution.id not in actor.institutions(Role.PARTNER) and not actor.has(Role.COORDINATOR):
        raise Forbidden(NOT_PERMITTED, code="request_action_not_permitted")
    if programme_id not in {programme.id for programme in programmes.list_running_for(institution.id)}:
        raise DomainError(
            _("This programme takes no requests from there at present. Choose another."),
            field="place",
            code="programme_not_offered",
        )
    request = PartnerRequest(
        title=title,
        institution_id=institution.id,
        programme_id=programme_id,
        contact_id=actor.account_id,
        state=RequestState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    db.session.add(request)
    db.session.flush()
    audit.record("partner_request.drafted", request, actor=actor, now=now)
    return request


def save_section(
    request: PartnerRequest, section: RequestSection, *, actor: Viewer, now: dt.datetime, **answers: Any
) -> None:
    """Save the answers of one section, given by column name. Raises DomainError for invalid dates or seats."""
    require(Action.EDIT, request, actor=actor)
    if section is RequestSection.TIME:
        check_dates(
            request, earliest_start_on=answers["earliest_start_on"], respond_by_on=answers["respond_by_on"], now=now
        )
        if answers["seats"] < request.seats_filled:
            raise DomainError(
                _("Seats that are taken already: %(seats)s. Ask for no fewer.", seats=request.seats_filled),
                field="seats",
                code="seats_below_taken",
            )
    for column, answer in answers.items():
        setattr(request, column, answer)
    _record_change(request, section, actor=actor, now=now)


def _record_change(request: PartnerRequest, section: RequestSection, *, actor: Viewer, now: dt.datetime) -> None:
    request.updated_at = now
    # Increments the version also when only a child row changed, at the same instant as the change before.
    flag_modified(request, "updated_at")
    audit.record("partner_request.changed", request, actor=actor, now=now, section=section.value)
    db.session.flush()
    if request.state is not RequestState.DRAFT:
        search_index.refresh(request)


def add_skill(
    request: PartnerRequest, code: str, *, level: SkillLevel, required: bool, actor: Viewer, now: dt.datetime
) -> None:
    """Add a skill, or change its level and whether it is required.

    Raises DomainError for an unknown or retired skill, or for more than MAX_SKILLS.
    """
    require(Action.EDIT, request, actor=actor)
    chosen = _resolve_skill(code)
    code = chosen.code
    existing = next((skill for skill in request.skills if skill.skill_code == code), None)
    if existing is None and chosen.retired_at:
        raise DomainError(
            _("“%(name)s” is no longer offered. Choose another skill.", name=chosen.name),
            field="code",
            code="skill_not_offered",
        )
    if existing is None and len(request.skills) >= MAX_SKILLS:
        raise DomainError(
            _("Keep to %(most)s skills: with more, nobody fits. Remove one first.", most=MAX_SKILLS),
            code="too_many_skills",
        )
    if existing is None:
        request.skills.append(RequestSkill(skill_code=code, level=level, required=required))
    else:
        existing.level, existing.required = level, required
    _record_change(request, RequestSection.SKILLS, actor=actor, now=now)


def _resolve_skill(code: str) -> Skill:
    try:
        return vocabulary.resolve_for_write(code)
    except NotFound as error:
        raise DomainError(_("Choose a skill from the list."), field="code", code="skill_unknown") from error


def remove_skill(request: PartnerRequest, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a skill from the request. Raises NotFound."""
    require(Action.EDIT, request, actor=actor)
    code = vocabulary.resolve_code(vocabulary.vocabulary().skills, code)
    request.skills.remove(_get_part(request.skills, skill_code=code))
    _record_change(request, RequestSection.SKILLS, actor=actor, now=now)


def add_language(
    request: PartnerRequest, language: str, *, level: LanguageLevel, actor: Viewer, now: dt.datetime
) -> None:
    """Add a language in which the work can be done, or change its level. Raises DomainError for an unknown one."""
    require(Action.EDIT, request, actor=actor)
    if language not in vocabulary.language_names():
        raise DomainError(_("Choose a language from the list."), field="language", code="language_unknown")
    existing = next((row for row in request.languages if row.language == language), None)
    if existing is None:
        request.languages.append(RequestLanguage(language=language, level=level))
    else:
        existing.level = level
    _record_change(request, RequestSection.LANGUAGES, actor=actor, now=now)


def remove_language(request: PartnerRequest, language: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a language from the request. Raises NotFound."""
    require(Action.EDIT, request, actor=actor)
    request.languages.remove(_get_part(request.languages, language=language))
    _record_change(request, RequestSection.LANGUAGES, actor=actor, now=now)


def add_windows(
    request: PartnerRequest, *, weekdays: list[int], start: int, end: int, actor: Viewer, now: dt.datetime
) -> None:
    """Add a weekly time on several weekdays; `start` and `end` are minutes after midnight.

    A time past midnight is split at midnight, and overlapping times of a day are merged. Raises
    DomainError for an invalid time.
    """
    require(Action.EDIT, request, actor=actor)
    for added in times.expand_weekly(set(weekdays), start, end):
        rows = [row for row in request.windows if row.weekday == added.weekday]
        spans = times.merge_intervals([*((row.start_minute, row.end_minute) for row in rows), added[1:]])
        for row in rows:
            request.windows.remove(row)
        request.windows += [RequestWindow(weekday=added.weekday, start_minute=a, end_minute=b) for a, b in spans]
    _record_change(request, RequestSection.WINDOWS, actor=actor, now=now)


def remove_window(request: PartnerRequest, window_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a weekly time. Raises NotFound."""
    require(Action.EDIT, request, actor=actor)
    request.windows.remove(_get_part(request.windows, id=window_id))
    _record_change(request, RequestSection.WINDOWS, actor=actor, now=now)


def _get_part(rows: list[Any], **key: Any) -> Any:
    for row in rows:
        if all(getattr(row, name) == value for name, value in key.items()):
            return row
    raise NotFound(_("This is not part of the request any more."), code="request_part_not_found")


def copy_request(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> PartnerRequest:
    """Create a draft with the answers of an earlier request, except its dates, and the actor as its contact."""
    require(Action.COPY, request, actor=actor)
    programme_rules.require_not_closed(request.programme.state)
    draft = PartnerRequest(
        **{column: getattr(request, column) for column in COPIED_COLUMNS},
        copied_from_id=request.id,
        contact_id=actor.account_id,
        state=RequestState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    draft.skills = _copy_skills(request)
    draft.languages = [RequestLanguage(language=row.language, level=row.level) for row in request.languages]
    draft.windows = [
        RequestWindow(weekday=w.weekday, start_minute=w.start_minute, end_minute=w.end_minute) for w in request.windows
    ]
    db.session.add(draft)
    db.session.flush()
    audit.record("partner_request.copied", draft, actor=actor, now=now, copied_from=request.id)
    return draft


def _copy_skills(request: PartnerRequest) -> list[RequestSkill]:
    """Copy the skills under their current codes: skills may have been merged since the page was opened."""
    copies: dict[str, RequestSkill] = {}
    for row in sorted(request.skills, key=lambda row: row.skill_code):
        code = vocabulary.resolve_for_write(row.skill_code).code
        copy = copies.setdefault(code, RequestSkill(skill_code=code, level=row.level, required=row.required))
        copy.level = max(copy.level, row.level, key=SKILL_RANK.__getitem__)
        copy.required = copy.required or row.required
    return list(copies.values())
