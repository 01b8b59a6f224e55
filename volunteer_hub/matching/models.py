"""Tables of matches, weights, restrictions, overrides and round settings."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.fit.rules.names import Factor, RestrictionKind
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.states import FIRST, MOVES, MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer

LIVE_CLAUSE = sa.text("state IN ('proposed', 'accepted', 'approved')")
IN_FORCE = sa.text("revoked_at IS NULL")


class WeightSet(Model):
    """One version of the weights; its id is the version number. A row is never updated: each change inserts a new
    version.
    """

    __tablename__ = "weight_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[str]
    reason: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    created_at: Mapped[dt.datetime]


class Match(Model):
    """One volunteer and one request.

    `score_breakdown` holds the contributions at the time of the match (JSON), by the weights of `weights_id` (None:
    older than versions). `ended_at` is set when the resulting placement is over; until then an approved match takes
    up capacity. `ended_early` distinguishes a released placement from a completed one.
    """

    __tablename__ = "match"
    __table_args__ = (
        sa.Index(
            "uq_match_live", "request_id", "volunteer_id", unique=True,
            sqlite_where=LIVE_CLAUSE, postgresql_where=LIVE_CLAUSE,
        ),
        sa.Index("ix_match_queue", "state", "respond_by_at", "id"),
        sa.Index("ix_match_volunteer", "volunteer_id", "state"),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"))
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"))
    origin: Mapped[Origin] = mapped_column(choice_type(Origin))
    state: Mapped[MatchState] = mapped_column(choice_type(MatchState))
    score: Mapped[int]
    score_breakdown: Mapped[str]
    weights_id: Mapped[int | None] = mapped_column(sa.ForeignKey("weight_set.id"))
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    invitation_message: Mapped[str | None]
    volunteer_message: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[Reason | None] = mapped_column(choice_type(Reason))
    reason_message: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    accepted_at: Mapped[dt.datetime | None]
    respond_by_at: Mapped[dt.datetime]
    chased_at: Mapped[dt.datetime | None]
    reminded_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    ended_early: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column()

    request: Mapped[PartnerRequest] = relationship()
    volunteer: Mapped[Volunteer] = relationship()

    __mapper_args__ = {"version_id_col": version}


class MatchRestriction(Model):
    """A volunteer is never proposed to a hospital: a conflict of interest, or an exclusion by the hospital."""

    __tablename__ = "match_restriction"
    __table_args__ = (
        sa.Index(
            "uq_match_restriction_in_force", "volunteer_id", "institution_id", "kind", unique=True,
            sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    kind: Mapped[RestrictionKind] = mapped_column(choice_type(RestrictionKind))
    reason: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    set_at: Mapped[dt.datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    revoked_at: Mapped[dt.datetime | None]

    volunteer: Mapped[Volunteer] = relationship()
    institution: Mapped[Institution] = relationship()


class FactorOverride(Model):
    """The share of one factor for one pair, in per cent, as set by a coordinator in place of the computed share."""

    __tablename__ = "factor_override"
    __table_args__ = (
        sa.Index(
            "uq_factor_override_in_force", "volunteer_id", "request_id", "factor", unique=True,
            sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 100", name="share"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), index=True)
    factor: Mapped[Factor] = mapped_column(choice_type(Factor))
    share: Mapped[int]
    reason: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    set_at: Mapped[dt.datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    revoked_at: Mapped[dt.datetime | None]


class RoundSetting(Model):
    """Settings of a programme's rounds; without a row the defaults apply.

    `proposals_per_volunteer`: maximum number of open proposals of one volunteer. `proposals_per_seat`: number of
    volunteers asked at the same time for each free seat. `every_days`: interval in days at which the scheduler
    prepares a round, next on `next_on`; None: rounds are started by people only. `excluded_support_kinds`: kinds of
    support not given remotely, separated by spaces.
    """

    __tablename__ = "round_setting"
    __table_args__ = (
        sa.CheckConstraint("proposals_per_volunteer BETWEEN 1 AND 10", name="proposals_per_volunteer"),
        sa.CheckConstraint("proposals_per_seat BETWEEN 1 AND 5", name="proposals_per_seat"),
        sa.CheckConstraint("every_days IS NULL OR every_days BETWEEN 1 AND 90", name="every_days"),
    )

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"), primary_key=True)
    proposals_per_volunteer: Mapped[int] = mapped_column(default=1)
    proposals_per_seat: Mapped[int] = mapped_column(default=1)
    fill_first: Mapped[bool] = mapped_column(default=True)
    every_days: Mapped[int | None]
    next_on: Mapped[dt.date | None]
    excluded_support_kinds: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


guard(Match.state, MatchState, MOVES, first=FIRST)
