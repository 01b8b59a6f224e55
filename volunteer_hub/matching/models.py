"""Matches."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.matching.states import FIRST, MOVES, MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer

LIVE_CLAUSE = sa.text("state IN ('proposed', 'accepted', 'approved')")


class Match(Model):
    """One volunteer and one request.

    `fit` holds the score's contributions as they were then (JSON). `ended_at` is set when the
    placement that came of it is over: until then an approved match takes up capacity.
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
    ended_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    request: Mapped[PartnerRequest] = relationship()
    volunteer: Mapped[Volunteer] = relationship()

    __mapper_args__ = {"version_id_col": version}


guard(Match.state, MatchState, MOVES, first=FIRST)
