"""Reading the bounce mailbox by IMAP, if it is configured."""

from __future__ import annotations

import datetime as dt
import imaplib
import itertools
import logging
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import current_app

from volunteer_hub.core import shutdown
from volunteer_hub.core.db import db
from volunteer_hub.mail import bounces
from volunteer_hub.mail.bounce_reports import parse_report

IMAP_TIMEOUT_SECONDS = 30
MAX_BYTES = 256 * 1024
"""Read of one message. The report precedes the bounced email, which may be of any size."""
MAX_MESSAGES = 200
"""Read in one run; the rest wait for the next run."""
log = logging.getLogger(__name__)


def collect_bounces(now: dt.datetime) -> int:
    """Record the unread delivery reports and mark them as read. Returns the number about our emails.

    Other messages stay unread, for people. Does nothing without BOUNCE_IMAP_HOST.
    """
    if not current_app.config["BOUNCE_IMAP_HOST"]:
        return 0
    with _open_mailbox() as mailbox:
        return collect_from(mailbox, now=now)


def collect_from(mailbox: imaplib.IMAP4, *, now: dt.datetime) -> int:
    """Record the unread delivery reports of an open mailbox. Returns the number about our emails.

    Each is marked as read even if it cannot be parsed: unreadable reports must not block those behind them.
    """
    reports = itertools.islice(_unread_reports(mailbox), MAX_MESSAGES)
    return sum(_collect(mailbox, number, now) for number in reports if not shutdown.is_requested())


def record_messages(messages: Iterable[bytes], *, now: dt.datetime) -> int:
    """Record the bounces among raw messages, each in its own transaction. Returns the number about our emails."""
    return sum(_record(raw, now) for raw in messages)


def _record(raw: bytes, now: dt.datetime) -> bool:
    report = parse_report(raw)
    mail = bounces.record_report(report, now=now) if report else None
    db.session.commit()
    return mail is not None


def _collect(mailbox: imaplib.IMAP4, number: str, now: dt.datetime) -> bool:
    """Read one message with no transaction open, then record it."""
    _status, parts = mailbox.fetch(number, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    is_ours = _record(raw, now)
    mailbox.store(number, "+FLAGS", "\\Seen")
    return is_ours


def _unread_reports(mailbox: imaplib.IMAP4) -> Iterator[str]:
    """Yield the numbers of unread messages whose content type is a report, whatever else is in the mailbox."""
    _status, data = mailbox.search(None, "UNSEEN")
    unread = (data[0] or b"").decode("ascii").split()
    for start in range(0, len(unread), MAX_MESSAGES):
        numbers = ",".join(unread[start : start + MAX_MESSAGES])
        _status, parts = mailbox.fetch(numbers, "(BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])")
        for part in parts:
            if isinstance(part, tuple) and b"multipart/report" in part[1].lower():
                yield part[0].split()[0].decode("ascii")


def _quote(folder: str) -> str:
    """Return a folder's name as an IMAP quoted string; `imaplib` does not quote it."""
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def _open_mailbox() -> Iterator[imaplib.IMAP4]:
    config = current_app.config
    mailbox = imaplib.IMAP4_SSL(
        config["BOUNCE_IMAP_HOST"], ssl_context=ssl.create_default_context(), timeout=IMAP_TIMEOUT_SECONDS
    )
    try:
        mailbox.login(config["BOUNCE_IMAP_USERNAME"], config["BOUNCE_IMAP_PASSWORD"])
        mailbox.select(_quote(config["BOUNCE_IMAP_FOLDER"]))
        yield mailbox
    finally:
        mailbox.logout()
