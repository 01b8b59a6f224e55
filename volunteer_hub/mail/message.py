"""Building the MIME message of an email."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr

from flask import current_app

from volunteer_hub.core import plain_text
from volunteer_hub.mail.models import OutboxMail

SEVEN_BIT = SMTP.clone(cte_type="7bit")
CALENDAR_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """Everything the SMTP conversation needs, so that it reads no row of the database."""

    mail_id: int
    sender: str
    recipient: str
    content: bytes


def build_letter(mail: OutboxMail) -> Letter:
    """Return the letter of an outbox row. Any exception means that it can never be sent (a non-ASCII address)."""
    mail.recipient_email.encode("ascii")
    sender = current_app.config["BOUNCE_ADDRESS"] or current_app.config["MAIL_FROM"]
    return Letter(mail.id, sender, mail.recipient_email, build_message(mail).as_bytes())


def build_message(mail: OutboxMail) -> EmailMessage:
    """Return the message: the text part, the HTML part, and the calendar invitation if there is one."""
    message = EmailMessage(policy=SEVEN_BIT)
    message["Subject"] = mail.subject
    message["From"] = formataddr((current_app.config["SERVICE_NAME"], current_app.config["MAIL_FROM"]))
    message["To"] = formataddr((mail.recipient_name, mail.recipient_email))
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.created_at
    message["Auto-Submitted"] = "auto-generated"
    for name, value in (mail.headers or {}).items():
        message[name] = plain_text.sanitise_header(value)
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    return message


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """Add the invitation as the last alternative with its method, so that mail clients show a meeting, not a file."""
    method = CALENDAR_METHOD.search(calendar)
    if method is None:
        raise ValueError("a calendar part needs a METHOD")
    # Quoted-printable keeps the CRLF line ends that iCalendar requires; this library's base64 does not.
    message.add_alternative(calendar, subtype="calendar", params={"method": method[1]}, cte="quoted-printable")
