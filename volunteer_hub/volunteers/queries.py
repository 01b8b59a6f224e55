"""Queries on volunteers: the viewer's own profile, and the coordinator's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging
from volunteer_hub.core import search as find
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import aggregate_rows, db, split_rows
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.times import Window
from volunteer_hub.vocabulary.states import LANGUAGE_RANK, LanguageLevel, SkillLevel, SupportKind
from volunteer_hub.volunteers import rules
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    ReadinessCheck,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

NOT_FOUND = _l("There is no such volunteer.")
EXPIRING = "expiring"
"""The value of the list's state filter that stands for volunteers with a check that expires soon."""


@dataclass(frozen=True)
class Profile:
    """A volunteer with all parts of the profile, loaded in one query."""

    volunteer: Volunteer
    specialties: tuple[str, ...]
    skills: tuple[tuple[str, SkillLevel], ...]
    languages: tuple[tuple[str, LanguageLevel], ...]
    windows: tuple[tuple[int, Window], ...]
    goals: tuple[SupportKind, ...] = ()

    @property
    def answers(self) -> rules.ProfileAnswers:
        """Return the answers of the profile for the rules."""
        volunteer = self.volunteer
        return rules.ProfileAnswers(
            profession=volunteer.profession_code,
            regulator=volunteer.profession.regulator if volunteer.profession else None,
            registration_number=volunteer.registration_number,
            employer_id=volunteer.employer_id,
            specialties=len(self.specialties),
            skills=len(self.skills),
            languages=len(self.languages),
            weekly_minutes=volunteer.weekly_minutes,
            manager_name=volunteer.manager_name,
            manager_email=volunteer.manager_email,
        )


@dataclass(frozen=True)
class CheckSummary:
    """A check in the coordinator's list."""

    kind: CheckKind
    state: CheckState
    expires_on: dt.date | None


@dataclass(frozen=True)
class VolunteerSummary:
    """A volunteer in the coordinator's list, with their checks."""

    volunteer: Volunteer
    checks: tuple[CheckSummary, ...]


def _select_volunteers() -> sa.Select[Any]:
    return (
        sa.select(Volunteer)
        .join(Volunteer.account)
        .options(contains_eager(Volunteer.account), joinedload(Volunteer.employer), joinedload(Volunteer.profession))
    )


def _get_one(statement: sa.Select[Any]) -> Volunteer:
    volunteer: Volunteer | None = db.session.scalars(statement).one_or_none()
    if volunteer is None:
        raise NotFound(NOT_FOUND, code="volunteer_not_found")
    return volunteer


def get_mine(viewer: Viewer) -> Volunteer:
    """Return the viewer's own volunteer row. Raises NotFound when they have none."""
    return _get_one(_select_volunteers().where(Volunteer.account_id == viewer.account_id))


def find_by_account(account_id: int) -> Volunteer | None:
    """Return the volunteer row of an account, or None."""
    return db.session.scalars(sa.select(Volunteer).where(Volunteer.account_id == account_id)).one_or_none()


def has_profile(viewer: Viewer) -> bool:
    """Return whether the viewer has a volunteer row."""
    return bool(db.session.scalar(sa.select(Volunteer.id).where(Volunteer.account_id == viewer.account_id)))


def get(volunteer_id: int) -> Volunteer:
    """Return any volunteer, for the coordinator. Raises NotFound."""
    return _get_one(_select_volunteers().where(Volunteer.id == volunteer_id))


def _part_columns() -> tuple[sa.Label[Any], ...]:
    specialty, skill, language, window = VolunteerSpecialty, VolunteerSkill, VolunteerLanguage, AvailabilityWindow
    return (
        aggregate_rows(specialty.specialty_code, where=specialty.volunteer_id == Volunteer.id).label("specialties"),
        aggregate_rows(skill.skill_code, skill.level, where=skill.volunteer_id == Volunteer.id).label("skills"),
        aggregate_rows(language.language, language.level, where=language.volunteer_id == Volunteer.id).label(
            "languages"
        ),
        aggregate_rows(VolunteerGoal.kind, where=VolunteerGoal.volunteer_id == Volunteer.id).label("goals"),
        aggregate_rows(
            window.weekday, window.start_minute, window.end_minute, window.id, where=window.volunteer_id == Volunteer.id
        ).label("windows"),
    )


def _get_profile(condition: sa.ColumnElement[bool]) -> Profile:
    row = db.session.execute(_select_volunteers().add_columns(*_part_columns()).where(condition)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND, code="volunteer_not_found")
    languages = [(code, LanguageLevel(level)) for code, level in split_rows(row.languages)]
    windows = [
        (int(row_id), Window(int(day), int(start), int(end))) for day, start, end, row_id in split_rows(row.windows)
    ]
    return Profile(
        row.Volunteer,
        tuple(code for (code,) in split_rows(row.specialties)),
        tuple((code, SkillLevel(level)) for code, level in split_rows(row.skills)),
        tuple(sorted(languages, key=lambda pair: (-LANGUAGE_RANK[pair[1]], pair[0]))),
        tuple(sorted(windows, key=lambda pair: pair[1])),
        tuple(kind for kind in SupportKind if (kind.value,) in split_rows(row.goals)),
    )


def get_my_profile(viewer: Viewer) -> Profile:
    """Return the viewer's own profile. Raises NotFound when they have none."""
    return _get_profile(Volunteer.account_id == viewer.account_id)


def get_profile(volunteer_id: int) -> Profile:
    """Return any profile, for the coordinator. Raises NotFound."""
    return _get_profile(Volunteer.id == volunteer_id)


def get_profile_of(volunteer: Volunteer) -> Profile:
    """Return the profile of a volunteer who is loaded already."""
    return _get_profile(Volunteer.id == volunteer.id)


def list_checks(volunteer: Volunteer) -> Sequence[ReadinessCheck]:
    """Return the volunteer's checks in the order of `CheckKind`, with the accounts that made them."""
    statement = (
        sa.select(ReadinessCheck)
        .where(ReadinessCheck.volunteer_id == volunteer.id)
        .options(joinedload(ReadinessCheck.checked_by))
        .order_by(ReadinessCheck.id)
    )
    order = list(CheckKind)
    return sorted(db.session.scalars(statement), key=lambda check: order.index(check.kind))


def get_check(volunteer_id: int, kind: CheckKind) -> ReadinessCheck:
    """Return one check with its volunteer, their account and profession. Raises NotFound."""
    check = db.session.scalars(
        sa.select(ReadinessCheck)
        .where(ReadinessCheck.volunteer_id == volunteer_id, ReadinessCheck.kind == kind)
        .options(
            joinedload(ReadinessCheck.volunteer).joinedload(Volunteer.account),
            joinedload(ReadinessCheck.volunteer).joinedload(Volunteer.profession),
        )
    ).one_or_none()
    if check is None:
        raise NotFound(_("There is no such check."), code="check_not_found")
    return check


def find_outstanding_check(account_id: int, kind: CheckKind) -> ReadinessCheck | None:
    """Return the check of a kind of an account's volunteer if it is still outstanding, or None."""
    statement = (
        sa.select(ReadinessCheck)
        .join(ReadinessCheck.volunteer)
        .where(Volunteer.account_id == account_id, ReadinessCheck.kind == kind)
        .where(ReadinessCheck.state == CheckState.OUTSTANDING)
    )
    return db.session.scalars(statement).one_or_none()


def _summary(row: Any) -> VolunteerSummary:
    order = list(CheckKind)
    checks = [
        CheckSummary(CheckKind(kind), CheckState(state), dt.date.fromisoformat(day) if day else None)
        for kind, state, day in split_rows(row.checks)
    ]
    return VolunteerSummary(row.Volunteer, tuple(sorted(checks, key=lambda check: order.index(check.kind))))


def _has_expiring_check(today: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(Volunteer.state == VolunteerState.READY, Volunteer.ready_until_on <= today + rules.EXPIRING_SOON)


def list_volunteers(
    *, show: str, search: str, key: str | None, today: dt.date, skill: str = ""
) -> paging.Page[VolunteerSummary]:
    """Return one page of volunteers with their checks, the earliest registered first, in one query.

    `show` is a state, EXPIRING, or empty for all; `search` is part of a name or an address, `skill` a
    skill's code, `key` the cursor of the page (core/paging.py).
    """
    check = ReadinessCheck
    expires = sa.func.coalesce(sa.cast(check.expires_on, sa.Text), "")
    checks = aggregate_rows(check.kind, check.state, expires, where=check.volunteer_id == Volunteer.id).label("checks")
    statement = _select_volunteers().add_columns(checks)
    if show == EXPIRING:
        statement = statement.where(_has_expiring_check(today))
    elif show:
        statement = statement.where(Volunteer.state == VolunteerState(show))
    if skill:
        statement = statement.where(Volunteer.skills.any(VolunteerSkill.skill_code == skill))
    statement = statement.where(*find.contains_all_parts(search, Account.name, Account.email))
    statement = paging.after(statement, (Volunteer.created_at, Volunteer.id), key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    keys = [(row.Volunteer.created_at, row.Volunteer.id) for row in rows]
    return paging.cut([_summary(row) for row in rows], keys)


def count_by_state(*, today: dt.date) -> dict[str, int]:
    """Return the number of volunteers in each state, and under EXPIRING of those with a check that expires soon."""
    rows = db.session.execute(
        sa.select(
            Volunteer.state,
            sa.func.count(Volunteer.id).label("number"),
            sa.func.sum(sa.case((_has_expiring_check(today), 1), else_=0)).label("expiring"),
        )
        .group_by(Volunteer.state)
        .order_by(Volunteer.state)
    ).all()
    return {row.state.value: row.number for row in rows} | {EXPIRING: sum(row.expiring for row in rows)}


def list_with_expired_checks(today: dt.date) -> Sequence[Volunteer]:
    """Return ready volunteers with an expired check, locked until the commit (skip locked)."""
    expired = sa.select(ReadinessCheck.volunteer_id).where(
        ReadinessCheck.state == CheckState.MET, ReadinessCheck.expires_on < today
    )
    statement = (
        sa.select(Volunteer)
        .where(Volunteer.state == VolunteerState.READY, Volunteer.id.in_(expired))
        .order_by(Volunteer.id)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()
