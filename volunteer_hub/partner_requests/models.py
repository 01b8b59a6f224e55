"""Requests, with the skills, languages and weekly times they ask for."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.institutions.models import Institution
from volunteer_hub.partner_requests.states import FIRST, MOVES, Delivery, RequestState, SupportKind, Urgency
from volunteer_hub.programmes.models import Programme
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel


class PartnerRequest(Model):
    """A request of one overseas institution for volunteers. In a draft every answer but the title may be missing."""

    __tablename__ = "partner_request"
    __table_args__ = (
        sa.CheckConstraint("seats >= 1", name="seats"),
        sa.CheckConstraint("seats_filled >= 0 AND seats_filled <= seats", name="seats_filled"),
        sa.Index("ix_partner_request_open", "state", "opened_at", "id"),
        sa.Index("ix_partner_request_institution", "institution_id", "state"),
        sa.Index("ix_partner_request_placed", "institution_id", "seats_filled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"))
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    copied_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partner_request.id"))
    title: Mapped[str]
    need: Mapped[str | None]
    kind: Mapped[SupportKind | None] = mapped_column(choice_type(SupportKind))
    specialty_code: Mapped[str | None] = mapped_column(sa.ForeignKey("specialty.code"), index=True)
    learners_cadre: Mapped[str | None]
    learners_number: Mapped[int | None]
    weekly_minutes: Mapped[int | None]
    weeks: Mapped[int | None]
    seats: Mapped[int] = mapped_column(default=1)
    seats_filled: Mapped[int] = mapped_column(default=0)
    delivery: Mapped[Delivery | None] = mapped_column(choice_type(Delivery))
    urgency: Mapped[Urgency] = mapped_column(choice_type(Urgency), default=Urgency.ROUTINE)
    earliest_start_on: Mapped[dt.date | None]
    respond_by_on: Mapped[dt.date | None]
    expected_result: Mapped[str | None]
    cost_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    supervisor: Mapped[str | None]
    state: Mapped[RequestState] = mapped_column(choice_type(RequestState))
    return_message: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    updated_at: Mapped[dt.datetime] = mapped_column(index=True)
    submitted_at: Mapped[dt.datetime | None]
    opened_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    programme: Mapped[Programme] = relationship()
    institution: Mapped[Institution] = relationship()
    contact: Mapped[Account] = relationship()
    skills: Mapped[list[RequestSkill]] = relationship(cascade="all, delete-orphan")
    languages: Mapped[list[RequestLanguage]] = relationship(cascade="all, delete-orphan")
    windows: Mapped[list[RequestWindow]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def seats_free(self) -> int:
        """Return the number of seats that are not taken."""
        return self.seats - self.seats_filled


class RequestSkill(Model):
    """A skill that the request requires or welcomes, with its minimum level."""

    __tablename__ = "request_skill"
    __table_args__ = (sa.Index("ix_request_skill_skill_code", "skill_code"),)

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), primary_key=True)
    skill_code: Mapped[str] = mapped_column(sa.ForeignKey("skill.code"), primary_key=True)
    level: Mapped[SkillLevel] = mapped_column(choice_type(SkillLevel))
    required: Mapped[bool]


class RequestLanguage(Model):
    """A language in which the work can be done, with its minimum level; one of a request's languages is enough."""

    __tablename__ = "request_language"
    __table_args__ = (sa.Index("ix_request_language_language", "language"),)

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[LanguageLevel] = mapped_column(choice_type(LanguageLevel))


class RequestWindow(Model):
    """A weekly time that suits the hospital: minutes after midnight in the hospital's time zone."""

    __tablename__ = "request_window"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("start_minute >= 0 AND start_minute < end_minute AND end_minute <= 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), index=True)
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


guard(PartnerRequest.state, RequestState, MOVES, first=FIRST)
