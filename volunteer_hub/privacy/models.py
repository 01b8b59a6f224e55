"""Erasure requests and retention periods."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.privacy.states import FIRST, MOVES, ErasureState, RetentionCategory

OPEN_REQUEST = sa.text("state IN ('asked', 'granted')")


class ErasureRequest(Model):
    """A person's request to be erased; at most one open request per account.

    It is answered by `due_on` (UK GDPR article 12(3): one month). Both messages are read by the other side:
    `request_message` by the administrator, `decision_message` by the person.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        sa.Index(
            "uq_erasure_request_live",
            "account_id",
            unique=True,
            sqlite_where=OPEN_REQUEST,
            postgresql_where=OPEN_REQUEST,
        ),
        sa.Index("ix_erasure_request_state", "state", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    state: Mapped[ErasureState] = mapped_column(choice_type(ErasureState))
    request_message: Mapped[str | None]
    requested_at: Mapped[dt.datetime]
    due_on: Mapped[dt.date]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    decision_message: Mapped[str | None]
    done_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()

    account: Mapped[Account] = relationship(foreign_keys=[account_id])

    __mapper_args__ = {"version_id_col": version}


class RetentionRule(Model):
    """The retention period of one category, in days; without a row the default applies."""

    __tablename__ = "retention_rule"
    __table_args__ = (sa.CheckConstraint("keep_days > 0", name="keep_days"),)

    category: Mapped[RetentionCategory] = mapped_column(choice_type(RetentionCategory), primary_key=True)
    keep_days: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


guard(ErasureRequest.state, ErasureState, MOVES, first=FIRST)
