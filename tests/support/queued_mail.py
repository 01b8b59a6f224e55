"""The outbox as its readers see it: the latest e-mail of a kind and the link in it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail

LINK = re.compile(r"http://localhost(/\S+)")


def list_queued_mail(kind: str | None = None) -> list[OutboxMail]:
    """The e-mails in the outbox, of one kind or all, the oldest first."""
    statement = sa.select(OutboxMail).order_by(OutboxMail.id)
    return list(db.session.scalars(statement.where(OutboxMail.kind == kind) if kind else statement))


def latest_mail_link(kind: str) -> str:
    """The path that the latest e-mail of that kind leads to."""
    found = LINK.search(list_queued_mail(kind)[-1].text)
    assert found
    return found[1]
