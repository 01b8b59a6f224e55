"""Parsing of delivery reports (RFC 3464): which email bounced, and whether permanently."""

from __future__ import annotations

import email
import email.policy
import logging
import re
from dataclasses import dataclass
from email.message import EmailMessage

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
NOT_ABOUT_ADDRESS = ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.", "5.5.", "5.6.", "5.7.")
"""Permanent codes not about the address: sender, full mailbox, size, server, protocol, content, policy."""
MESSAGE_ID = re.compile(r"^message-id:\s*(<[!-;=?-~]{1,200}>)", re.IGNORECASE | re.MULTILINE)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BounceReport:
    """The report that one of our emails bounced. `status` is the enhanced code, such as 5.1.1: unknown address."""

    message_id: str
    status: str

    @property
    def is_hard(self) -> bool:
        """Whether the address does not accept email at all. A full mailbox or a message that is too large is not hard."""
        return is_hard(self.status)


def is_hard(status: str) -> bool:
    """Return whether an enhanced code (RFC 3463) means that the address accepts no email."""
    return status.startswith("5.") and not status.startswith(NOT_ABOUT_ADDRESS)


def parse_report(raw: bytes) -> BounceReport | None:
    """Return the bounce that a message reports; None for any other message, such as a reply or an out-of-office note.

    Reports of delay or success are not bounces. The bounce address receives arbitrary input, so a message that breaks the
    parser (nested a thousand times, in an unknown character set) counts as no report.
    """
    try:
        return _parse(raw)
    except Exception:
        log.warning("a message could not be read as a delivery report", exc_info=True)
        return None


def _parse(raw: bytes) -> BounceReport | None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if message.get_content_type() != "multipart/report":
        return None
    status = _status_of_failure(message)
    message_id = MESSAGE_ID.search(_original_headers(message))
    return BounceReport(message_id[1], status) if message_id and status else None


def _status_of_failure(message: EmailMessage) -> str | None:
    """Return the status of the first recipient whose delivery failed."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.iter_parts() if part.is_multipart() else ():
            action, status = str(fields.get("Action", "")), STATUS.search(str(fields.get("Status", "")))
            if action.strip().lower() == "failed" and status:
                return status[0]
    return None


def _original_headers(message: EmailMessage) -> str:
    """Return the headers of the bounced email, which the report contains whole or in part."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            return str(part.get_content())
        if kind == "message/rfc822" and part.is_multipart():
            return str(next(iter(part.iter_parts())))
    return ""
