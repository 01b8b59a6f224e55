"""Placements, their objectives, and the line manager's release."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.models import Account
from volunteer_hub.budgets.models import Allocation
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.matching.models import Match
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements import states
from volunteer_hub.placements.states import PlacementState, ReleaseState
from volunteer_hub.volunteers.models import Volunteer


class Placement(Model):
    """The work that follows from an approved match.

    `workplan_version` is incremented with every change of the plan. Each side agrees to one version,
    so a change of the plan needs a new agreement.
    """

    __tablename__ = "placement"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.CheckConstraint("weekly_minutes > 0", name="weekly_minutes"),
        sa.Index("ix_placement_state", "state", "starts_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(sa.ForeignKey("match.id"), unique=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), index=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    director_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    allocation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("allocation.id"), unique=True)
    state: Mapped[PlacementState] = mapped_column(choice_type(PlacementState))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    weekly_minutes: Mapped[int]
    channel: Mapped[str | None]
    workplan_version: Mapped[int] = mapped_column(default=1)
    volunteer_agreed_version: Mapped[int | None]
    partner_agreed_version: Mapped[int | None]
    end_reason: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()

    match: Mapped[Match] = relationship()
    request: Mapped[PartnerRequest] = relationship()
    volunteer: Mapped[Volunteer] = relationship()
    director: Mapped[Account] = relationship()
    allocation: Mapped[Allocation | None] = relationship()
    objectives: Mapped[list[Objective]] = relationship(order_by="Objective.position", cascade="all, delete-orphan")
    release: Mapped[ManagerRelease | None] = relationship(back_populates="placement")

    __mapper_args__ = {"version_id_col": version}

    @property
    def volunteer_agrees(self) -> bool:
        """Return whether the volunteer agreed to the current version of the plan."""
        return self.volunteer_agreed_version == self.workplan_version

    @property
    def partner_agrees(self) -> bool:
        """Return whether the partner agreed to the current version of the plan."""
        return self.partner_agreed_version == self.workplan_version


class Objective(Model):
    """One objective of a workplan."""

    __tablename__ = "objective"

    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class ManagerRelease(Model):
    """The line manager's consent to the start, requested by an e-mailed link; only the hash of its token is stored."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), unique=True)
    manager_name: Mapped[str]
    manager_email: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[ReleaseState] = mapped_column(choice_type(ReleaseState))
    requested_at: Mapped[dt.datetime]
    respond_by_at: Mapped[dt.datetime] = mapped_column(index=True)
    chased_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    message: Mapped[str | None]
    version: Mapped[int] = mapped_column()

    placement: Mapped[Placement] = relationship(back_populates="release")

    __mapper_args__ = {"version_id_col": version}


guard(Placement.state, PlacementState, states.MOVES, first=states.FIRST)
guard(ManagerRelease.state, ReleaseState, states.RELEASE_MOVES, first=states.RELEASE_FIRST)
