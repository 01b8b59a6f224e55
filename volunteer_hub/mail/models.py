"""The outbox."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.mail.states import FIRST, MOVES, MailState


class OutboxMail(Model):
    """One e-mail to one person. At most one per (recipient, kind, subject row, due)."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        sa.UniqueConstraint("recipient_email", "kind", "subject_type", "subject_id", "due_at", name="once"),
        sa.Index("ix_outbox_mail_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    recipient_account_id: Mapped[int | None] = mapped_column(index=True)
    recipient_name: Mapped[str]
    recipient_email: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sensitive: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MailState] = mapped_column(choice_type(MailState))
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str]
    last_error: Mapped[str | None]
    sent_at: Mapped[dt.datetime | None]


class EmailWording(Model):
    """One sentence of one kind of e-mail in the programme's own words, instead of `msgid`."""

    __tablename__ = "email_wording"

    kind: Mapped[str] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    msgid: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int | None]


guard(OutboxMail.state, MailState, MOVES, first=FIRST)
