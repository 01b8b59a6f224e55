"""An email as it goes over the wire."""

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
    """All that the conversation with the mail server needs: no row of the database is read while it lasts."""

    mail_id: int
    sender: str
    recipient: str
    content: bytes


def build_letter(mail: OutboxMail) -> Letter:
    """The letter of an outbox row. Raises an exception of any kind when it can never be sent, such as to an address beyond ASCII."""
    mail.recipient_email.encode("ascii")
    sender = current_app.config["BOUNCE_ADDRESS"] or current_app.config["MAIL_FROM"]
    return Letter(mail.id, sender, mail.recipient_email, build_message(mail).as_bytes())


def build_message(mail: OutboxMail) -> EmailMessage:
    """Text first, then the HTML that says the same, then the invitation if there is one."""
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
    """As the last alternative, with the method in its type: mail programs then show it as a meeting and not as a file."""
    found = CALENDAR_METHOD.search(calendar)
    if found is None:
        raise ValueError("a calendar part needs a METHOD")
    # Quoted-printable keeps the CRLF that calendars must have; base64 of this library does not.
    message.add_alternative(calendar, subtype="calendar", params={"method": found[1]}, cte="quoted-printable")
