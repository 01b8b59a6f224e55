"""Delivery: lease, send with no lock held, record. Run by the scheduler; any number may run."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr

import sqlalchemy as sa
from flask import current_app

from volunteer_hub.core.db import db
from volunteer_hub.mail import rules
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

BATCH = 50
SCRUBBED = "The text held a personal link and was removed after sending."
log = logging.getLogger(__name__)


def deliver_due(now: dt.datetime) -> int:
    """Send what is due. Gives the number of e-mails that the server took."""
    _park_expired(now)
    mails = _lease(now)
    if not mails:
        return 0
    try:
        with _connect() as server:
            return sum(_send(server, mail, now) for mail in mails)
    except (OSError, smtplib.SMTPException) as error:
        for mail in mails:
            if mail.state is MailState.LEASED:
                _try_later(mail, f"{type(error).__name__}: {error}", now)
        return 0


def _park_expired(now: dt.datetime) -> None:
    """A lease that ran out means a worker died while sending: nobody knows whether it was sent."""
    expired = sa.select(OutboxMail).where(OutboxMail.state == MailState.LEASED, OutboxMail.lease_until < now)
    for mail in db.session.scalars(expired.with_for_update(skip_locked=True)):
        mail.state = MailState.UNCERTAIN
        mail.last_error = "The sending process stopped before the mail server's answer was recorded."
    db.session.commit()


def _lease(now: dt.datetime) -> Sequence[OutboxMail]:
    due = (
        sa.select(OutboxMail)
        .where(OutboxMail.state == MailState.QUEUED, OutboxMail.due_at <= now)
        .where(sa.or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until <= now))
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    mails = db.session.scalars(due).all()
    for mail in mails:
        mail.state = MailState.LEASED
        mail.lease_until = now + rules.LEASE
        mail.attempts += 1
    db.session.commit()
    return mails


def _connect() -> smtplib.SMTP:
    config = current_app.config
    server = smtplib.SMTP(config["SMTP_HOST"], config["SMTP_PORT"], timeout=20)
    if config["SMTP_STARTTLS"]:
        server.starttls()
    if config["SMTP_USERNAME"]:
        server.login(config["SMTP_USERNAME"], config["SMTP_PASSWORD"])
    return server


def message_of(mail: OutboxMail) -> EmailMessage:
    """The message as it goes over the wire: text first, then the HTML that says the same."""
    message = EmailMessage()
    message["Subject"] = mail.subject
    message["From"] = formataddr((current_app.config["SERVICE_NAME"], current_app.config["MAIL_FROM"]))
    message["To"] = formataddr((mail.recipient_name, mail.recipient_email))
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _send(server: smtplib.SMTP, mail: OutboxMail, now: dt.datetime) -> int:
    try:
        server.send_message(message_of(mail))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = getattr(error, "smtp_code", None) or next(iter(error.recipients.values()))[0]  # type: ignore[union-attr]
        _refused(mail, int(code), now)
        return 0
    except (ValueError, smtplib.SMTPNotSupportedError) as error:
        # Nothing has left: this one can never be sent, and must not hold up the others.
        mail.state = MailState.FAILED
        mail.last_error = f"It cannot be sent to this mail server ({type(error).__name__})."
        db.session.commit()
        return 0
    except (OSError, smtplib.SMTPServerDisconnected):
        # The line dropped: the server may have taken it before it could say so (RFC 1047).
        mail.state = MailState.UNCERTAIN
        mail.last_error = "The connection was lost before the mail server's answer arrived."
        db.session.commit()
        raise
    mail.state = MailState.SENT
    mail.sent_at = now
    mail.last_error = None
    if mail.sensitive:
        mail.text = mail.html = SCRUBBED
    db.session.commit()
    return 1


def _refused(mail: OutboxMail, code: int, now: dt.datetime) -> None:
    if 500 <= code < 600:
        mail.state = MailState.FAILED
        mail.last_error = f"The mail server refused it for good ({code})."
        log.warning("mail %s refused for good with %s", mail.id, code)
        db.session.commit()
    else:
        _try_later(mail, f"The mail server said: not now ({code}).", now)


def _try_later(mail: OutboxMail, error: str, now: dt.datetime) -> None:
    again = rules.next_try(mail.attempts, now=now)
    mail.state = MailState.QUEUED if again else MailState.FAILED
    mail.lease_until = again
    mail.last_error = error[:500]
    db.session.commit()
