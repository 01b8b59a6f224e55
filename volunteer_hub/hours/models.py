"""Entries of volunteers' hours."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.hours.states import FIRST, MOVES, HoursKind, HoursState
from volunteer_hub.placements.models import Placement
from volunteer_hub.volunteers.models import Volunteer

UNTIMED = sa.text("started_at IS NULL AND state <> 'withdrawn'")
TIMED = sa.text("started_at IS NOT NULL AND state <> 'withdrawn'")


class HoursEntry(Model):
    """Time that a volunteer worked on a placement.

    `worked_on` is the date, in the volunteer's time zone, on which the work began. The time of day is
    optional. In a timed entry `started_at` and `ended_at` are instants, `minutes` of elapsed time apart,
    and no two entries of a volunteer overlap. Of untimed entries with the same placement, date, kind and
    length there can be only one (`uq_hours_entry_untimed`).
    """

    __tablename__ = "hours_entry"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.CheckConstraint("(started_at IS NULL) = (ended_at IS NULL)", name="times"),
        sa.Index("ix_hours_entry_placement", "placement_id", "worked_on", "id"),
        sa.Index("ix_hours_entry_volunteer", "volunteer_id", "worked_on", "id"),
        sa.Index("ix_hours_entry_waiting", "state", "worked_on", "id"),
        sa.Index("uq_hours_entry_untimed", "placement_id", "worked_on", "kind", "minutes", unique=True,
                 sqlite_where=UNTIMED, postgresql_where=UNTIMED),
        sa.Index("uq_hours_entry_timed", "volunteer_id", "started_at", unique=True,
                 sqlite_where=TIMED, postgresql_where=TIMED),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"))
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"))
    worked_on: Mapped[dt.date]
    started_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    minutes: Mapped[int]
    kind: Mapped[HoursKind] = mapped_column(choice_type(HoursKind))
    note: Mapped[str | None]
    state: Mapped[HoursState] = mapped_column(choice_type(HoursState))
    query_message: Mapped[str | None]
    answer_message: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    logged_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column()

    placement: Mapped[Placement] = relationship()
    volunteer: Mapped[Volunteer] = relationship()

    __mapper_args__ = {"version_id_col": version}


guard(HoursEntry.state, HoursState, MOVES, first=FIRST)
