"""What a person decides about an e-mail in the outbox. Its key and Message-ID stay (trust.md I10, I11)."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.mail import rules
from volunteer_hub.mail.leases import scrub
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

MOVED_ON = "This e-mail has moved on since you looked. Open it again to see how it stands."
KEPT_BACK = "The text held a personal link and was removed when the e-mail was cancelled."
DELIVERED = "The text held a personal link and was removed when the e-mail was found delivered."


def send_again(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """Let a failed or uncertain e-mail go out at the next delivery, with fresh tries. Raises Conflict."""
    if not rules.can_send_again(mail.state):
        raise Conflict(MOVED_ON)
    audit.move(mail, MailState.QUEUED, actor=actor, now=now, attempts=mail.attempts)
    mail.attempts, mail.not_before, mail.give_up_at = 0, None, None


def mark_delivered(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """An uncertain e-mail has arrived after all. Raises Conflict."""
    if not rules.can_be_delivered(mail.state):
        raise Conflict(MOVED_ON)
    audit.move(mail, MailState.SENT, actor=actor, now=now)
    mail.sent_at = now
    scrub(mail, DELIVERED)


def cancel(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """Keep back an e-mail that has not gone out. Raises Conflict when it has."""
    if not rules.can_cancel(mail.state):
        raise Conflict(MOVED_ON)
    audit.move(mail, MailState.CANCELLED, actor=actor, now=now)
    scrub(mail, KEPT_BACK)
