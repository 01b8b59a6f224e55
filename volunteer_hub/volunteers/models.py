"""Volunteers, their profiles and readiness checks, and the requirements for these."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.institutions.models import Institution
from volunteer_hub.vocabulary.models import Profession
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel, SupportKind
from volunteer_hub.volunteers import states
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState


class Volunteer(Model):
    """An NHS health worker who volunteers. `weekly_minutes` is the most they want to give in a week."""

    __tablename__ = "volunteer"
    __table_args__ = (
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint("weekly_minutes IS NULL OR weekly_minutes > 0", name="weekly_minutes"),
        sa.Index("ix_volunteer_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), unique=True)
    profession_code: Mapped[str | None] = mapped_column(sa.ForeignKey("profession.code"))
    registration_number: Mapped[str | None]
    employer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("institution.id"))
    department: Mapped[str | None]
    band: Mapped[str | None]
    weekly_minutes: Mapped[int | None]
    available_from_on: Mapped[dt.date | None]
    available_until_on: Mapped[dt.date | None]
    capacity: Mapped[int] = mapped_column(default=1)
    experience: Mapped[str | None]
    learning_goals: Mapped[str | None]
    manager_name: Mapped[str | None]
    manager_email: Mapped[str | None]
    state: Mapped[VolunteerState] = mapped_column(choice_type(VolunteerState))
    ready_until_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    account: Mapped[Account] = relationship()
    employer: Mapped[Institution | None] = relationship()
    profession: Mapped[Profession | None] = relationship()
    specialties: Mapped[list[VolunteerSpecialty]] = relationship(cascade="all, delete-orphan")
    skills: Mapped[list[VolunteerSkill]] = relationship(cascade="all, delete-orphan")
    languages: Mapped[list[VolunteerLanguage]] = relationship(cascade="all, delete-orphan")
    goals: Mapped[list[VolunteerGoal]] = relationship(cascade="all, delete-orphan")
    windows: Mapped[list[AvailabilityWindow]] = relationship(cascade="all, delete-orphan")
    checks: Mapped[list[ReadinessCheck]] = relationship(back_populates="volunteer")

    __mapper_args__ = {"version_id_col": version}


class VolunteerSpecialty(Model):
    """A specialty in which a volunteer works."""

    __tablename__ = "volunteer_specialty"

    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    specialty_code: Mapped[str] = mapped_column(sa.ForeignKey("specialty.code"), primary_key=True)


class VolunteerSkill(Model):
    """A skill that a volunteer has, with its level."""

    __tablename__ = "volunteer_skill"
    __table_args__ = (sa.Index("ix_volunteer_skill_skill_code", "skill_code", "level"),)

    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    skill_code: Mapped[str] = mapped_column(sa.ForeignKey("skill.code"), primary_key=True)
    level: Mapped[SkillLevel] = mapped_column(choice_type(SkillLevel))


class VolunteerLanguage(Model):
    """A language that a volunteer speaks, with its CEFR level."""

    __tablename__ = "volunteer_language"

    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[LanguageLevel] = mapped_column(choice_type(LanguageLevel))


class VolunteerGoal(Model):
    """A kind of support in which a volunteer wants to gain experience."""

    __tablename__ = "volunteer_goal"

    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), primary_key=True)
    kind: Mapped[SupportKind] = mapped_column(choice_type(SupportKind), primary_key=True)


class AvailabilityWindow(Model):
    """A weekly free time: minutes after midnight in the volunteer's time zone."""

    __tablename__ = "availability_window"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class ReadinessCheck(Model):
    """One check of one volunteer: its result, the evidence, who made it, and its last valid day."""

    __tablename__ = "readiness_check"
    __table_args__ = (
        sa.UniqueConstraint("volunteer_id", "kind"),
        sa.Index("ix_readiness_check_expiry", "state", "expires_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"))
    kind: Mapped[CheckKind] = mapped_column(choice_type(CheckKind))
    state: Mapped[CheckState] = mapped_column(choice_type(CheckState))
    evidence: Mapped[str | None]
    note: Mapped[str | None]
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    checked_on: Mapped[dt.date | None]
    expires_on: Mapped[dt.date | None]
    version: Mapped[int] = mapped_column()

    volunteer: Mapped[Volunteer] = relationship(back_populates="checks")
    checked_by: Mapped[Account | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ReadinessRequirement(Model):
    """The staff's settings for one kind of readiness check; without a row the defaults of `rules.Requirement` hold."""

    __tablename__ = "readiness_requirement"
    __table_args__ = (sa.CheckConstraint("valid_months IS NULL OR valid_months > 0", name="valid_months"),)

    kind: Mapped[CheckKind] = mapped_column(choice_type(CheckKind), primary_key=True)
    needed: Mapped[bool] = mapped_column(default=True)
    valid_months: Mapped[int | None]
    guidance: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


guard(Volunteer.state, VolunteerState, states.MOVES, first=states.FIRST)
guard(ReadinessCheck.state, CheckState, states.CHECK_MOVES, first=states.CHECK_FIRST)
