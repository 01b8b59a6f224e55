"""Matching rounds, their proposals, and requests that a round could not fill."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import states
from volunteer_hub.rounds.states import ProposalState, RoundState
from volunteer_hub.volunteers.models import Volunteer

BUSY_CLAUSE = sa.text("state IN ('queued', 'running')")


class MatchingRound(Model):
    """One matching round of a programme: all ready volunteers and open requests are assigned together, a coordinator publishes.

    `as_of` is the day of evaluation, `seed` breaks ties: with both and the same data the result is the same, which
    `fingerprint` proves. `summary` holds the RoundFigures as JSON. A running round updates `heartbeat_at`; one whose
    heartbeat has timed out was killed, and is marked failed before the next round starts. `progress` is in percent.
    """

    __tablename__ = "matching_round"
    __table_args__ = (
        sa.Index(
            "uq_matching_round_busy",
            "programme_id",
            unique=True,
            sqlite_where=BUSY_CLAUSE,
            postgresql_where=BUSY_CLAUSE,
        ),
        sa.Index("ix_matching_round_programme", "programme_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id"))
    state: Mapped[RoundState] = mapped_column(choice_type(RoundState))
    requested_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    requested_at: Mapped[dt.datetime]
    as_of: Mapped[dt.date]
    seed: Mapped[int]
    fill_first: Mapped[bool]
    weights_id: Mapped[int] = mapped_column(sa.ForeignKey("weight_set.id"))
    started_at: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    progress: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[dt.datetime | None]
    fingerprint: Mapped[str | None]
    summary: Mapped[str | None]
    failure: Mapped[str | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    published_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    programme: Mapped[Programme] = relationship()

    __mapper_args__ = {"version_id_col": version}


class RoundProposal(Model):
    """One pair of a round: chosen (`rank` 0), or a reserve for its request (`rank` 1, 2, ...)."""

    __tablename__ = "round_proposal"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "request_id", "volunteer_id"),
        sa.Index("ix_round_proposal_volunteer", "volunteer_id"),
        sa.Index("ix_round_proposal_line", "request_id", "state", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("matching_round.id"))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"))
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer.id"))
    rank: Mapped[int]
    score: Mapped[int]
    score_breakdown: Mapped[str]
    state: Mapped[ProposalState] = mapped_column(choice_type(ProposalState))
    stale_reason: Mapped[str | None]
    match_id: Mapped[int | None] = mapped_column(sa.ForeignKey("match.id"), index=True)

    round: Mapped[MatchingRound] = relationship()
    request: Mapped[PartnerRequest] = relationship()
    volunteer: Mapped[Volunteer] = relationship()


class UnfilledRequest(Model):
    """A request with seats that a round could not fill, and the nearest volunteer with their failed gates (JSON)."""

    __tablename__ = "unfilled_request"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("matching_round.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_request.id"), primary_key=True)
    seats: Mapped[int]
    candidates: Mapped[int]
    nearest_volunteer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("volunteer.id"), index=True)
    failed_gates: Mapped[str]

    request: Mapped[PartnerRequest] = relationship()
    nearest_volunteer: Mapped[Volunteer | None] = relationship()


guard(MatchingRound.state, RoundState, states.ROUND_MOVES, first=states.ROUND_FIRST)


guard(RoundProposal.state, ProposalState, states.PROPOSAL_MOVES, first=states.PROPOSAL_FIRST)
