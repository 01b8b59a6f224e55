"""Professions, specialties, skills and their synonyms."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model


class Profession(Model):
    """A health profession with its regulator and the pattern of its registration numbers."""

    __tablename__ = "profession"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    regulator: Mapped[str]
    registration_pattern: Mapped[str]


class Specialty(Model):
    """A treatment function or main specialty; the 18 groups at the top have no parent."""

    __tablename__ = "specialty"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("specialty.code"))
    group_name: Mapped[str]
    search_text: Mapped[str]


class Skill(Model):
    """A node of the skills tree. A code holds those of its ancestors: `NCD.DIAB.FOOT`.

    A retired skill is no longer offered, but stays where it is in use. A merged skill is retired and names the one
    it was merged into. Reloading the reference data leaves skills alone that were edited in the pages.
    """

    __tablename__ = "skill"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("skill.code"))
    synonyms: Mapped[str]
    search_text: Mapped[str]
    retired_at: Mapped[dt.datetime | None]
    merged_into_code: Mapped[str | None] = mapped_column(sa.ForeignKey("skill.code"))
    changed_at: Mapped[dt.datetime | None]
