"""Emails that were sent, and the delivery reports about them."""

from __future__ import annotations

from tests.factories.accounts import make_account
from tests.factories.mail import move_mail, queue_mail
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: volunteer-hub@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 1234

Final-Recipient: rfc822; gone@example.org
Original-Recipient: rfc822;gone@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 unknown user

--b
Content-Type: {kind}

Return-Path: <volunteer-hub@example.org>
Subject: Hello
Message-ID: {message_id}

--b--
"""


def report(
    message_id: str = "<a@example.org>", *, status: str = "5.1.1", action: str = "failed", kind: str = ""
) -> bytes:
    """A delivery report as Postfix writes it."""
    text = REPORT.format(message_id=message_id, status=status, action=action, kind=kind or "text/rfc822-headers")
    return text.encode()


def make_sent_mail(email: str = "gone@example.org") -> OutboxMail:
    """Return an email that the mail server accepted."""
    mail = move_mail(queue_mail(to=make_account(email=email)), MailState.SENT)
    db.session.commit()
    return mail
