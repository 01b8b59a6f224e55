"""The tables of the outbox, of bounced addresses and of changed email templates."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard
from volunteer_hub.mail.states import FIRST, MOVES, Bounce, MailState


class OutboxMail(Model):
    """One email to one person. Unique per (recipient, kind, subject row, due time).

    It is attempted from `due_at` on, but not before `not_before` (the wait after an attempt, quiet hours). `give_up_at` is
    set by the first attempt that found the mail server away. Only the worker that wrote `lease_token` may hand it over,
    until `lease_until`. `headers` are added to the message; `calendar` is an invitation (iCalendar with METHOD).
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (
        sa.UniqueConstraint("recipient_email", "kind", "subject_type", "subject_id", "due_at", name="once"),
        sa.Index("ix_outbox_mail_due", "state", "due_at"),
        sa.Index("ix_outbox_mail_message_id", "message_id"),
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
    not_before: Mapped[dt.datetime | None]
    give_up_at: Mapped[dt.datetime | None]
    lease_until: Mapped[dt.datetime | None]
    lease_token: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str]
    last_error: Mapped[str | None]
    sent_at: Mapped[dt.datetime | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(sa.JSON)
    calendar: Mapped[str | None]
    bounce: Mapped[Bounce | None] = mapped_column(choice_type(Bounce))
    bounced_at: Mapped[dt.datetime | None]
    bounce_status: Mapped[str | None]


class AddressBounces(Model):
    """Hard bounces of an address, and whether delivery to it is paused."""

    __tablename__ = "address_bounces"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    hard_bounces: Mapped[int]
    last_at: Mapped[dt.datetime]
    last_status: Mapped[str]
    paused_at: Mapped[dt.datetime | None]


class EmailWording(Model):
    """The programme's own text instead of the message `msgid` in one kind of email."""

    __tablename__ = "email_wording"

    kind: Mapped[str] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    msgid: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int | None]


guard(OutboxMail.state, MailState, MOVES, first=FIRST)
