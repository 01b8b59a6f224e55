"""What the outbox holds after a step."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail


def mails() -> set[tuple[str, str]]:
    """(kind, recipient) of everything in the outbox."""
    return {(mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail))}
