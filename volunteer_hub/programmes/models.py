"""Programmes and the institutions that take part."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.programmes.states import FIRST, MOVES, ProgrammeState


class Programme(Model):
    """A funded programme with its settings. `volunteer_days`, `director_days` and `release_days` are days to answer."""

    __tablename__ = "programme"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.CheckConstraint("default_allocation_minor >= 0", name="allocation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    funder: Mapped[str]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    target_volunteers: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    default_allocation_minor: Mapped[int] = mapped_column(sa.BigInteger)
    needs_release: Mapped[bool] = mapped_column(default=False)
    volunteer_days: Mapped[int] = mapped_column(default=7)
    director_days: Mapped[int] = mapped_column(default=7)
    release_days: Mapped[int] = mapped_column(default=14)
    state: Mapped[ProgrammeState] = mapped_column(choice_type(ProgrammeState))


class ProgrammeInstitution(Model):
    """The participation of an overseas institution in a programme, which lets it raise requests."""

    __tablename__ = "programme_institution"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), primary_key=True)


guard(Programme.state, ProgrammeState, MOVES, first=FIRST)
