"""The mailbox to which emails come back: read by IMAP when its settings are there."""

from __future__ import annotations

import datetime as dt
import imaplib
import logging
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import current_app

from volunteer_hub.core import shutdown
from volunteer_hub.core.db import db
from volunteer_hub.mail import bounces
from volunteer_hub.mail.bounce_reports import parse_report

TIMEOUT = 30
MAX_MESSAGES = 200
"""Read in one run; the others wait for the next."""
log = logging.getLogger(__name__)


def collect_bounces(now: dt.datetime) -> int:
    """Record the delivery reports that have not been read yet and mark them as read. Returns how many were about our emails.

    Messages that are no reports stay unread for people. Does nothing without BOUNCE_IMAP_HOST.
    """
    if not current_app.config["BOUNCE_IMAP_HOST"]:
        return 0
    with _open_mailbox() as mailbox:
        return sum(_collect(mailbox, number, now) for number in _unread(mailbox) if not shutdown.is_requested())


def record_messages(messages: Iterable[bytes], *, now: dt.datetime) -> int:
    """Record the bounces among raw messages, each in a transaction of its own. Returns how many were about our emails."""
    return sum(_record(raw, now) for raw in messages)


def _record(raw: bytes, now: dt.datetime) -> bool:
    report = parse_report(raw)
    found = bounces.record_report(report, now=now) if report else None
    db.session.commit()
    return found is not None


def _collect(mailbox: imaplib.IMAP4, number: str, now: dt.datetime) -> bool:
    """Read one message without a transaction open, then record it."""
    _status, parts = mailbox.fetch(number, "(BODY.PEEK[])")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    if parse_report(raw) is None:
        return False
    is_ours = _record(raw, now)
    mailbox.store(number, "+FLAGS", "\\Seen")
    return is_ours


def _unread(mailbox: imaplib.IMAP4) -> Iterator[str]:
    _status, found = mailbox.search(None, "UNSEEN")
    yield from found[0].decode("ascii").split()[:MAX_MESSAGES]


@contextmanager
def _open_mailbox() -> Iterator[imaplib.IMAP4]:
    config = current_app.config
    mailbox = imaplib.IMAP4_SSL(config["BOUNCE_IMAP_HOST"], ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
    try:
        mailbox.login(config["BOUNCE_IMAP_USERNAME"], config["BOUNCE_IMAP_PASSWORD"])
        mailbox.select(config["BOUNCE_IMAP_FOLDER"])
        yield mailbox
    finally:
        mailbox.logout()
