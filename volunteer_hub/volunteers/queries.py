"""Reading volunteers: one's own profile, and the coordinator's list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging
from volunteer_hub.core import search as find
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db, packed, unpack
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

NOT_FOUND = "There is no such volunteer."
EXPIRING = "expiring"
"""The list's filter for checks that run out soon, beside the states."""


@dataclass(frozen=True)
class Profile:
    """A volunteer with everything they bring, read in one query."""

    volunteer: Volunteer
    specialties: tuple[str, ...]
    skills: tuple[tuple[str, SkillLevel], ...]
    languages: tuple[tuple[str, LanguageLevel], ...]
    windows: tuple[tuple[int, Window], ...]
    goals: tuple[SupportKind, ...] = ()

    @property
    def answers(self) -> rules.ProfileAnswers:
        """The profile as the rules want it."""
        one = self.volunteer
        return rules.ProfileAnswers(
            profession=one.profession_code,
            regulator=one.profession.regulator if one.profession else None,
            registration_number=one.registration_number,
            employer_id=one.employer_id,
            specialties=len(self.specialties),
            skills=len(self.skills),
            languages=len(self.languages),
            weekly_minutes=one.weekly_minutes,
            manager_name=one.manager_name,
            manager_email=one.manager_email,
        )


@dataclass(frozen=True)
class CheckSummary:
    """One check as the list shows it."""

    kind: CheckKind
    state: CheckState
    expires_on: dt.date | None


@dataclass(frozen=True)
class VolunteerSummary:
    """One volunteer of the coordinator's list."""

    volunteer: Volunteer
    checks: tuple[CheckSummary, ...]


def _with_parts() -> sa.Select[Any]:
    return (
        sa.select(Volunteer)
        .join(Volunteer.account)
        .options(contains_eager(Volunteer.account), joinedload(Volunteer.employer), joinedload(Volunteer.profession))
    )


def _one(statement: sa.Select[Any]) -> Volunteer:
    found: Volunteer | None = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def get_mine(viewer: Viewer) -> Volunteer:
    """The viewer's own volunteer row. Raises NotFound when they have none."""
    return _one(_with_parts().where(Volunteer.account_id == viewer.account_id))


def find_by_account(account_id: int) -> Volunteer | None:
    """The profile of an account, if it has one."""
    return db.session.scalars(sa.select(Volunteer).where(Volunteer.account_id == account_id)).one_or_none()


def has_profile(viewer: Viewer) -> bool:
    """Whether the viewer's profile was begun."""
    return bool(db.session.scalar(sa.select(Volunteer.id).where(Volunteer.account_id == viewer.account_id)))


def get(volunteer_id: int) -> Volunteer:
    """Any volunteer, for the coordinator. Raises NotFound."""
    return _one(_with_parts().where(Volunteer.id == volunteer_id))


def _children() -> tuple[sa.Label[Any], ...]:
    specialty, skill, language, window = VolunteerSpecialty, VolunteerSkill, VolunteerLanguage, AvailabilityWindow
    return (
        packed(specialty.specialty_code, where=specialty.volunteer_id == Volunteer.id).label("specialties"),
        packed(skill.skill_code, skill.level, where=skill.volunteer_id == Volunteer.id).label("skills"),
        packed(language.language, language.level, where=language.volunteer_id == Volunteer.id).label("languages"),
        packed(VolunteerGoal.kind, where=VolunteerGoal.volunteer_id == Volunteer.id).label("goals"),
        packed(
            window.weekday, window.start_minute, window.end_minute, window.id, where=window.volunteer_id == Volunteer.id
        ).label("windows"),
    )


def _profile(condition: sa.ColumnElement[bool]) -> Profile:
    row = db.session.execute(_with_parts().add_columns(*_children()).where(condition)).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND)
    languages = [(code, LanguageLevel(level)) for code, level in unpack(row.languages)]
    windows = [(int(row_id), Window(int(day), int(start), int(end))) for day, start, end, row_id in unpack(row.windows)]
    return Profile(
        row.Volunteer,
        tuple(code for (code,) in unpack(row.specialties)),
        tuple((code, SkillLevel(level)) for code, level in unpack(row.skills)),
        tuple(sorted(languages, key=lambda pair: (-LANGUAGE_RANK[pair[1]], pair[0]))),
        tuple(sorted(windows, key=lambda pair: pair[1])),
        tuple(kind for kind in SupportKind if (kind.value,) in unpack(row.goals)),
    )


def get_my_profile(viewer: Viewer) -> Profile:
    """The viewer's own profile. Raises NotFound when they have none."""
    return _profile(Volunteer.account_id == viewer.account_id)


def get_profile(volunteer_id: int) -> Profile:
    """Any profile, for the coordinator. Raises NotFound."""
    return _profile(Volunteer.id == volunteer_id)


def get_profile_of(volunteer: Volunteer) -> Profile:
    """The profile of a volunteer already loaded."""
    return _profile(Volunteer.id == volunteer.id)


def list_checks(volunteer: Volunteer) -> Sequence[ReadinessCheck]:
    """The six checks in the order of the work, with their checkers."""
    statement = (
        sa.select(ReadinessCheck)
        .where(ReadinessCheck.volunteer_id == volunteer.id)
        .options(joinedload(ReadinessCheck.checked_by))
        .order_by(ReadinessCheck.id)
    )
    order = list(CheckKind)
    return sorted(db.session.scalars(statement), key=lambda check: order.index(check.kind))


def get_check(volunteer_id: int, kind: CheckKind) -> ReadinessCheck:
    """One check of one volunteer, with both. Raises NotFound."""
    found = db.session.scalars(
        sa.select(ReadinessCheck)
        .where(ReadinessCheck.volunteer_id == volunteer_id, ReadinessCheck.kind == kind)
        .options(
            joinedload(ReadinessCheck.volunteer).joinedload(Volunteer.account),
            joinedload(ReadinessCheck.volunteer).joinedload(Volunteer.profession),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such check.")
    return found


def find_outstanding_check(account_id: int, kind: CheckKind) -> ReadinessCheck | None:
    """The check of that kind of an account's volunteer, if there is one that nobody recorded yet."""
    statement = (
        sa.select(ReadinessCheck)
        .join(ReadinessCheck.volunteer)
        .where(Volunteer.account_id == account_id, ReadinessCheck.kind == kind)
        .where(ReadinessCheck.state == CheckState.OUTSTANDING)
    )
    return db.session.scalars(statement).one_or_none()


def _line(row: Any) -> VolunteerSummary:
    order = list(CheckKind)
    checks = [
        CheckSummary(CheckKind(kind), CheckState(state), dt.date.fromisoformat(day) if day else None)
        for kind, state, day in unpack(row.checks)
    ]
    return VolunteerSummary(row.Volunteer, tuple(sorted(checks, key=lambda check: order.index(check.kind))))


def _expiring(today: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(Volunteer.state == VolunteerState.READY, Volunteer.ready_until_on <= today + rules.EXPIRING_SOON)


def list_volunteers(
    *, show: str, search: str, key: str | None, today: dt.date, skill: str = ""
) -> paging.Page[VolunteerSummary]:
    """Volunteers with their checks, the longest registered first; one query a page.

    `show` is a state, EXPIRING, or empty for all; `skill` is the code of one that they have.
    """
    check = ReadinessCheck
    expires = sa.func.coalesce(sa.cast(check.expires_on, sa.Text), "")
    checks = packed(check.kind, check.state, expires, where=check.volunteer_id == Volunteer.id).label("checks")
    statement = _with_parts().add_columns(checks)
    if show == EXPIRING:
        statement = statement.where(_expiring(today))
    elif show:
        statement = statement.where(Volunteer.state == VolunteerState(show))
    if skill:
        statement = statement.where(Volunteer.skills.any(VolunteerSkill.skill_code == skill))
    statement = statement.where(*find.named(search, Account.name, Account.email))
    statement = paging.after(statement, Volunteer.created_at, Volunteer.id, key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    keys = [(row.Volunteer.created_at, row.Volunteer.id) for row in rows]
    return paging.cut([_line(row) for row in rows], keys)


def count_by_state(*, today: dt.date) -> dict[str, int]:
    """How many volunteers stand in each state, and how many have a check that runs out soon."""
    found = db.session.execute(
        sa.select(
            Volunteer.state,
            sa.func.count(Volunteer.id).label("number"),
            sa.func.sum(sa.case((_expiring(today), 1), else_=0)).label("expiring"),
        )
        .group_by(Volunteer.state)
        .order_by(Volunteer.state)
    ).all()
    return {row.state.value: row.number for row in found} | {EXPIRING: sum(row.expiring for row in found)}


def list_with_expired_checks(today: dt.date) -> Sequence[Volunteer]:
    """Ready volunteers with a check that has run out, locked until the commit."""
    out = sa.select(ReadinessCheck.volunteer_id).where(
        ReadinessCheck.state == CheckState.MET, ReadinessCheck.expires_on < today
    )
    statement = (
        sa.select(Volunteer)
        .where(Volunteer.state == VolunteerState.READY, Volunteer.id.in_(out))
        .order_by(Volunteer.id)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()
