"""Changes of a profile, section by section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.accounts import service as account_service
from volunteer_hub.audit import service as audit
from volunteer_hub.core import times
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel, SupportKind
from volunteer_hub.volunteers import rules
from volunteer_hub.volunteers.labels import REGISTRATION_FORMAT_HINTS
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.service.lifecycle import reopen_check
from volunteer_hub.volunteers.states import CheckKind


def _record_change(volunteer: Volunteer, action: str, *, actor: Viewer, now: dt.datetime, **details: Any) -> None:
    volunteer.updated_at = now
    audit.record(f"volunteer.{action}", volunteer, actor=actor, now=now, **details)


def _require_editable(volunteer: Volunteer) -> None:
    if volunteer.state not in rules.EDITABLE_STATES:
        raise DomainError(
            _("You have left the programme. Write to the coordinator if you want to come back."), code="volunteer_left"
        )


def save_work(
    volunteer: Volunteer,
    *,
    profession_code: str,
    registration_number: str | None,
    sure: bool,
    employer_id: int | None,
    department: str | None,
    band: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Save profession, registration and employer, and reopen the checks that depend on what changed.

    Raises NotFound for an unknown profession, DomainError for an invalid registration number, or for an
    unusual one of which the volunteer is not `sure`.
    """
    _require_editable(volunteer)
    profession = vocabulary.find_profession(profession_code)
    if profession is None:
        raise NotFound(_("There is no such profession."), code="profession_not_found")
    number = rules.normalise_registration(registration_number)
    format_hint = str(REGISTRATION_FORMAT_HINTS.get(profession.regulator, ""))
    rules.check_registration(number, pattern=profession.registration_pattern, format_hint=format_hint, sure=sure)
    registration = (volunteer.profession_code, volunteer.registration_number)
    employer = volunteer.employer_id
    volunteer.profession = profession
    volunteer.profession_code, volunteer.registration_number = profession_code, number
    volunteer.employer_id, volunteer.department, volunteer.band = employer_id, department, band
    _record_change(volunteer, "work_changed", actor=actor, now=now, profession=profession_code, employer=employer_id)
    if registration != (profession_code, number):
        reopen_check(volunteer, CheckKind.REGISTRATION, actor=actor, now=now)
    if employer != employer_id:
        reopen_check(volunteer, CheckKind.EMPLOYER_SUPPORT, actor=actor, now=now)


def add_specialty(volunteer: Volunteer, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Add a specialty; does nothing if it is there already. Raises NotFound, and DomainError for too many."""
    _require_editable(volunteer)
    if code not in vocabulary.vocabulary().specialties:
        raise NotFound(_("There is no such specialty."), code="specialty_not_found")
    if any(row.specialty_code == code for row in volunteer.specialties):
        return
    _check_list_length(len(volunteer.specialties))
    volunteer.specialties.append(VolunteerSpecialty(specialty_code=code))
    _record_change(volunteer, "specialty_added", actor=actor, now=now, code=code)


def remove_specialty(volunteer: Volunteer, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a specialty; does nothing if it is not there."""
    _require_editable(volunteer)
    for row in [row for row in volunteer.specialties if row.specialty_code == code]:
        volunteer.specialties.remove(row)
        _record_change(volunteer, "specialty_removed", actor=actor, now=now, code=code)


def set_skill(volunteer: Volunteer, code: str, *, level: SkillLevel, actor: Viewer, now: dt.datetime) -> None:
    """Add a skill or change its level; a merged skill is resolved to the one that replaced it.

    Raises NotFound, and DomainError for a retired skill or too many.
    """
    _require_editable(volunteer)
    skill = vocabulary.resolve_for_write(code)
    code = skill.code
    existing = next((row for row in volunteer.skills if row.skill_code == code), None)
    if existing is None:
        if skill.retired_at:
            raise DomainError(
                _("“%(name)s” is no longer offered. Choose another skill.", name=skill.name), code="skill_not_offered"
            )
        _check_list_length(len(volunteer.skills))
        volunteer.skills.append(VolunteerSkill(skill_code=code, level=level))
    else:
        existing.level = level
    _record_change(volunteer, "skill_set", actor=actor, now=now, code=code, level=level)


def remove_skill(volunteer: Volunteer, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a skill; does nothing if it is not there."""
    _require_editable(volunteer)
    code = vocabulary.resolve_code(vocabulary.vocabulary().skills, code)
    for row in [row for row in volunteer.skills if row.skill_code == code]:
        volunteer.skills.remove(row)
        _record_change(volunteer, "skill_removed", actor=actor, now=now, code=code)


def set_language(volunteer: Volunteer, code: str, *, level: LanguageLevel, actor: Viewer, now: dt.datetime) -> None:
    """Add a language or change its level. Raises NotFound, and DomainError for too many."""
    _require_editable(volunteer)
    if code not in vocabulary.language_names():
        raise NotFound(_("There is no such language."), code="language_not_found")
    existing = next((row for row in volunteer.languages if row.language == code), None)
    if existing is None:
        _check_list_length(len(volunteer.languages))
        volunteer.languages.append(VolunteerLanguage(language=code, level=level))
    else:
        existing.level = level
    _record_change(volunteer, "language_set", actor=actor, now=now, code=code, level=level)


def remove_language(volunteer: Volunteer, code: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a language; does nothing if it is not there."""
    _require_editable(volunteer)
    for row in [row for row in volunteer.languages if row.language == code]:
        volunteer.languages.remove(row)
        _record_change(volunteer, "language_removed", actor=actor, now=now, code=code)


def _check_list_length(number: int) -> None:
    if number >= rules.MAX_LIST_ENTRIES:
        raise DomainError(
            _("You have %(number)s already, which is plenty. Remove one before you add another.", number=number),
            code="list_full",
        )


def save_availability(
    volunteer: Volunteer,
    *,
    weekly_minutes: int,
    available_from_on: dt.date | None,
    available_until_on: dt.date | None,
    time_zone: str,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Save the hours per week, the dates and the volunteer's time zone. Raises DomainError for invalid dates."""
    _require_editable(volunteer)
    rules.check_dates(available_from_on, available_until_on, today=now.date())
    volunteer.weekly_minutes = weekly_minutes
    volunteer.available_from_on, volunteer.available_until_on = available_from_on, available_until_on
    account = volunteer.account
    if account.time_zone != time_zone:
        account_service.change_details(account, name=account.name, time_zone=time_zone, actor=actor, now=now)
    _record_change(volunteer, "availability_changed", actor=actor, now=now, weekly_minutes=weekly_minutes)


def add_windows(
    volunteer: Volunteer, *, weekdays: Iterable[int], start: int, end: int, actor: Viewer, now: dt.datetime
) -> None:
    """Add a weekly free time on several weekdays; `start` and `end` are minutes after midnight.

    A time past midnight is split at midnight, and times of a day that touch or overlap are merged.
    """
    _require_editable(volunteer)
    for added in times.expand_weekly(set(weekdays), start, end):
        same_day = [row for row in volunteer.windows if row.weekday == added.weekday]
        spans = times.merge_intervals([added[1:], *((row.start_minute, row.end_minute) for row in same_day)])
        for row in same_day:
            volunteer.windows.remove(row)
        volunteer.windows += [AvailabilityWindow(weekday=added.weekday, start_minute=a, end_minute=b) for a, b in spans]
        _record_change(volunteer, "window_added", actor=actor, now=now, **added._asdict())


def remove_window(volunteer: Volunteer, window_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a free time; does nothing if it is not there."""
    _require_editable(volunteer)
    for row in [row for row in volunteer.windows if row.id == window_id]:
        volunteer.windows.remove(row)
        _record_change(volunteer, "window_removed", actor=actor, now=now, weekday=row.weekday)


def save_goals(
    volunteer: Volunteer,
    *,
    goals: Iterable[SupportKind],
    learning_goals: str | None,
    experience: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Save the learning goals and the experience."""
    _require_editable(volunteer)
    selected, stored = set(goals), {goal.kind for goal in volunteer.goals}
    for goal in [goal for goal in volunteer.goals if goal.kind not in selected]:
        volunteer.goals.remove(goal)
    volunteer.goals += [VolunteerGoal(kind=kind) for kind in SupportKind if kind in selected - stored]
    volunteer.learning_goals, volunteer.experience = learning_goals, experience
    _record_change(volunteer, "goals_changed", actor=actor, now=now)


def set_line_manager(
    volunteer: Volunteer, *, manager_name: str, manager_email: str, actor: Viewer, now: dt.datetime
) -> None:
    """Set the line manager; a new address reopens the check of the employer's support.

    Raises DomainError for the volunteer's own address.
    """
    _require_editable(volunteer)
    if manager_email == volunteer.account.email:
        raise DomainError(
            _("Enter your line manager’s address, not your own."), field="manager_email", code="own_address_as_manager"
        )
    before = volunteer.manager_email
    volunteer.manager_name, volunteer.manager_email = manager_name, manager_email
    _record_change(volunteer, "manager_named", actor=actor, now=now)
    if before != manager_email:
        reopen_check(volunteer, CheckKind.EMPLOYER_SUPPORT, actor=actor, now=now)
