"""Matches; the weights, bars and settings that shape them; rounds and their proposals."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching import states
from volunteer_hub.matching.rules.names import Bar, Factor
from volunteer_hub.matching.states import FIRST, MOVES, MatchState, Origin, ProposalState, Reason, RoundState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.volunteers.models import Volunteer

LIVE_CLAUSE = sa.text("state IN ('proposed', 'accepted', 'approved')")
IN_FORCE = sa.text("lifted_at IS NULL")
BUSY_CLAUSE = sa.text("state IN ('queued', 'running')")


class WeightSet(Model):
    """One version of the weights; its id is the version. Never changed: a new reason makes a new version."""

    __tablename__ = "weight_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[str]
    reason: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    created_at: Mapped[dt.datetime]


class Match(Model):
    """One volunteer and one request.

    `fit` holds the score's contributions as they were then (JSON), by the weights of `weights_id` (None:
    made before versions were kept). `ended_at` is set when the placement that came of it is over: until
    then an approved match takes up capacity; `ended_early` tells a broken-off one from one seen through.
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
    fit: Mapped[str]
    weights_id: Mapped[int | None] = mapped_column(sa.ForeignKey("weight_set.id"))
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    invitation_words: Mapped[str | None]
    volunteer_words: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[Reason | None] = mapped_column(choice_type(Reason))
    reason_words: Mapped[str | None]
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


class MatchBar(Model):
    """A volunteer is not proposed to a hospital: a conflict of interest, or the hospital's wish."""

    __tablename__ = "match_bar"
    __table_args__ = (
        sa.Index(
            "uq_match_bar_in_force", "volunteer_id", "institution_id", "kind", unique=True,
            sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    institution_id: Mapped[int] = mapped_column(sa.ForeignKey("institution.id"), index=True)
    kind: Mapped[Bar] = mapped_column(choice_type(Bar))
    words: Mapped[str]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    set_at: Mapped[dt.datetime]
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    lifted_at: Mapped[dt.datetime | None]

    volunteer: Mapped[Volunteer] = relationship()
    institution: Mapped[Institution] = relationship()


class FactorOverride(Model):
    """What a coordinator knows better than the figures: the share of one factor for one pair, in per cent."""

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
    lifted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    lifted_at: Mapped[dt.datetime | None]


class RoundSetting(Model):
    """How a programme's rounds go; without a row the defaults hold.

    `proposals_per_volunteer`: open proposals that one volunteer has at most. `proposals_per_seat`: so many
    people are asked at once for each free seat. `every_days`: the scheduler prepares a round so often, next
    on `next_on`; None leaves it to people. `barred_kinds`: kinds of support not given remotely, with spaces between.
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
    barred_kinds: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class MatchRound(Model):
    """One round of matching for a programme: everybody is looked at together, people release what comes of it.

    `as_of` is the day by which all is judged, `seed` decides between equals: with both and the same data the
    result is the same, as `digest` proves. `summary` (JSON) are its figures. While it runs it beats
    (`beat_at`): one that has stopped beating was killed and is marked failed by whoever comes next.
    """

    __tablename__ = "match_round"
    __table_args__ = (
        sa.Index(
            "uq_match_round_busy", "programme_id", unique=True, sqlite_where=BUSY_CLAUSE, postgresql_where=BUSY_CLAUSE
        ),
        sa.Index("ix_match_round_programme", "programme_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    state: Mapped[RoundState] = mapped_column(choice_type(RoundState))
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime]
    as_of: Mapped[dt.date]
    seed: Mapped[int]
    fill_first: Mapped[bool]
    weights_id: Mapped[int] = mapped_column(sa.ForeignKey("weight_set.id"))
    began_at: Mapped[dt.datetime | None]
    beat_at: Mapped[dt.datetime | None]
    progress: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[dt.datetime | None]
    digest: Mapped[str | None]
    summary: Mapped[str | None]
    failure: Mapped[str | None]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    released_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    programme: Mapped[Programme] = relationship()

    __mapper_args__ = {"version_id_col": version}


class RoundProposal(Model):
    """One pair of a round: chosen (`place` 0), or next in line for its request (1, 2, ...)."""

    __tablename__ = "round_proposal"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "request_id", "volunteer_id"),
        sa.Index("ix_round_proposal_volunteer", "volunteer_id"),
        sa.Index("ix_round_proposal_line", "request_id", "state", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("match_round.id"))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"))
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"))
    place: Mapped[int]
    score: Mapped[int]
    fit: Mapped[str]
    state: Mapped[ProposalState] = mapped_column(choice_type(ProposalState))
    words: Mapped[str | None]
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id"), index=True)

    round: Mapped[MatchRound] = relationship()
    request: Mapped[PartnerRequest] = relationship()
    volunteer: Mapped[Volunteer] = relationship()


class RoundUnmet(Model):
    """A request with seats that a round could not fill, and who came nearest (`gates`: what stood in the way, JSON)."""

    __tablename__ = "round_unmet"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("match_round.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), primary_key=True)
    seats: Mapped[int]
    candidates: Mapped[int]
    nearest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    gates: Mapped[str]

    request: Mapped[PartnerRequest] = relationship()
    nearest: Mapped[Volunteer | None] = relationship()


guard(Match.state, MatchState, MOVES, first=FIRST)
guard(MatchRound.state, RoundState, states.ROUND_MOVES, first=states.ROUND_FIRST)
guard(RoundProposal.state, ProposalState, states.PROPOSAL_MOVES, first=states.PROPOSAL_FIRST)
