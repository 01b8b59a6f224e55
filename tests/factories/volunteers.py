"""Volunteers with a profile and checks, in any state, reached by allowed moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers import rules, service
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

NO_EXPIRY = frozenset({CheckKind.CODE_OF_CONDUCT, CheckKind.TOOLKIT})
PATHS = {
    VolunteerState.REGISTERED: (),
    VolunteerState.CHECKING: (VolunteerState.CHECKING,),
    VolunteerState.READY: (VolunteerState.CHECKING, VolunteerState.READY),
    VolunteerState.LAPSED: (VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED),
    VolunteerState.PAUSED: (VolunteerState.CHECKING, VolunteerState.PAUSED),
    VolunteerState.LEFT: (VolunteerState.LEFT,),
}


def nhs_employer() -> Institution:
    """Return the first NHS organisation of the reference data."""
    statement = sa.select(Institution).where(Institution.kind == InstitutionKind.NHS).order_by(Institution.id)
    return db.session.scalars(statement.limit(1)).one()


def make_volunteer(
    *,
    ready: bool = True,
    state: VolunteerState | None = None,
    account: Account | None = None,
    name: str | None = None,
    email: str | None = None,
    time_zone: str = "Europe/London",
    profession: str | None = "nurse_adult",
    specialties: Iterable[str] = ("300",),
    skills: Mapping[str, SkillLevel] | None = None,
    languages: Mapping[str, LanguageLevel] | None = None,
    windows: Iterable[tuple[int, int, int]] = ((0, 1080, 1260),),
    weekly_minutes: int | None = 240,
    expires_on: dt.date | None = None,
    at: dt.datetime | None = None,
    **columns: Any,
) -> Volunteer:
    """Create a volunteer with a full profile, committed. By default ready, with checks that expire in a year.

    `ready=False` creates one whose checks are in progress; `state` any other state. `expires_on` is the last day of
    the checks that expire. `columns` are set on the row.
    """
    now = at or clock.now()
    account = account or make_account(Role.VOLUNTEER, name=name, email=email, time_zone=time_zone, at=now)
    volunteer = service.open_profile(account, now=now)
    defaults = {
        "profession_code": profession,
        "registration_number": "12A3456B" if profession and profession.startswith("nurse") else None,
        "employer_id": nhs_employer().id,
        "department": "Ward 7",
        "band": "6",
        "weekly_minutes": weekly_minutes,
        "manager_name": "Morgan Lead",
        "manager_email": "lead@example.org",
    }
    for column, value in (defaults | columns).items():
        setattr(volunteer, column, value)
    volunteer.specialties = [VolunteerSpecialty(specialty_code=code) for code in specialties]
    volunteer.windows = [AvailabilityWindow(weekday=d, start_minute=s, end_minute=e) for d, s, e in windows]
    add_skills_and_languages(volunteer, skills, languages)
    wanted = state or (VolunteerState.READY if ready else VolunteerState.CHECKING)
    if wanted in {VolunteerState.READY, VolunteerState.LAPSED}:
        pass_checks(volunteer, now=now, expires_on=expires_on or now.date() + dt.timedelta(days=365))
    for step in PATHS[wanted]:
        volunteer.state = step
    db.session.commit()
    return volunteer


def add_skills_and_languages(
    volunteer: Volunteer, skills: Mapping[str, SkillLevel] | None, languages: Mapping[str, LanguageLevel] | None
) -> None:
    """Set skills and languages; None sets the ones of the usual volunteer."""
    skills = {"AMR.AMS": SkillLevel.INDEPENDENT} if skills is None else skills
    languages = {"en": LanguageLevel.NATIVE} if languages is None else languages
    volunteer.skills = [VolunteerSkill(skill_code=code, level=level) for code, level in skills.items()]
    volunteer.languages = [VolunteerLanguage(language=code, level=level) for code, level in languages.items()]


def pass_checks(volunteer: Volunteer, *, now: dt.datetime, expires_on: dt.date | None) -> None:
    """Mark every check as met; those that expire do so on `expires_on`."""
    for check in volunteer.checks:
        check.state = CheckState.MET
        check.evidence, check.checked_on = "Seen", now.date()
        check.expires_on = None if check.kind in NO_EXPIRY else expires_on
    volunteer.ready_until_on = rules.evaluate_readiness(volunteer.checks, now.date())[1]
