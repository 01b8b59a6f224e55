"""Reads the outbox: e-mails of a kind, and the link in the latest one."""

from __future__ import annotations

import re

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail

LINK = re.compile(r"http://localhost(/\S+)")


def list_queued_mail(kind: str | None = None) -> list[OutboxMail]:
    """Return the e-mails in the outbox, of one kind or all, the oldest first."""
    statement = sa.select(OutboxMail).order_by(OutboxMail.id)
    return list(db.session.scalars(statement.where(OutboxMail.kind == kind) if kind else statement))


def latest_mail_link(kind: str) -> str:
    """Return the path of the link in the latest e-mail of that kind."""
    match = LINK.search(list_queued_mail(kind)[-1].text)
    assert match
    return match[1]


def mails() -> set[tuple[str, str]]:
    """Return (kind, recipient) of every email in the outbox."""
    return {(mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail))}
