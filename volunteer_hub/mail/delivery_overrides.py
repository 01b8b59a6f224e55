"""Decisions of staff about an email in the outbox.

The email keeps its unique key and its Message-ID (docs/invariants.md, I10 and I11).
"""

from __future__ import annotations

import datetime as dt

from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.mail import rules
from volunteer_hub.mail.leases import scrub
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

STATE_CHANGED_MESSAGE = _l("This e-mail has moved on since you looked. Open it again to see how it stands.")
CANCELLED_TEXT = "The text held a personal link and was removed when the e-mail was cancelled."
DELIVERED_TEXT = "The text held a personal link and was removed when the e-mail was found delivered."


def send_again(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """Queue a failed or uncertain email again with all its attempts. Raises Conflict in any other state."""
    if not rules.can_send_again(mail.state):
        raise Conflict(STATE_CHANGED_MESSAGE, code="mail_state_changed")
    audit.move(mail, MailState.QUEUED, actor=actor, now=now, attempts=mail.attempts)
    mail.attempts, mail.not_before, mail.give_up_at = 0, None, None


def mark_delivered(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """Mark an uncertain email as sent. Raises Conflict in any other state."""
    if not rules.can_be_delivered(mail.state):
        raise Conflict(STATE_CHANGED_MESSAGE, code="mail_state_changed")
    audit.move(mail, MailState.SENT, actor=actor, now=now)
    mail.sent_at = now
    scrub(mail, DELIVERED_TEXT)


def cancel(mail: OutboxMail, *, actor: Viewer, now: dt.datetime) -> None:
    """Cancel an email that is still queued. Raises Conflict in any other state."""
    if not rules.can_cancel(mail.state):
        raise Conflict(STATE_CHANGED_MESSAGE, code="mail_state_changed")
    audit.move(mail, MailState.CANCELLED, actor=actor, now=now)
    scrub(mail, CANCELLED_TEXT)
