"""Delivery reports (RFC 3464) as mail servers send them back: which email, which address, for good or for now."""

from __future__ import annotations

import email
import email.policy
import logging
import re
from dataclasses import dataclass
from email.message import EmailMessage

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
NOT_OF_ADDRESS = ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.", "5.5.", "5.6.", "5.7.")
"""About the sender, a full mailbox, the size, the server, the protocol, the text, the right to send."""
MESSAGE_ID = re.compile(r"^message-id:\s*(<[!-;=?-~]{1,200}>)", re.IGNORECASE | re.MULTILINE)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BounceReport:
    """That one email of ours came back. `status` is the enhanced code, such as 5.1.1: unknown address."""

    message_id: str
    status: str

    @property
    def is_hard(self) -> bool:
        """Whether the address will take no email later either. A full mailbox and a message too large are passing reasons."""
        return is_hard(self.status)


def is_hard(status: str) -> bool:
    """Whether an enhanced code (RFC 3463) says that an address takes no email."""
    return status.startswith("5.") and not status.startswith(NOT_OF_ADDRESS)


def parse_report(raw: bytes) -> BounceReport | None:
    """The bounce that a message reports; None for any other message, such as an answer or an out-of-office note.

    Delays ("delayed", a status of 4) and successes are no bounces. Anybody can send anything to the address of bounces: what
    the parser cannot take (nested a thousand times, in an unknown character set) is no report.
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
    status = _failed_status(message)
    found = MESSAGE_ID.search(_original_headers(message))
    return BounceReport(found[1], status) if found and status else None


def _failed_status(message: EmailMessage) -> str | None:
    """The status of the first recipient to whom the email could not be delivered."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.iter_parts() if part.is_multipart() else ():
            action, status = str(fields.get("Action", "")), STATUS.search(str(fields.get("Status", "")))
            if action.strip().lower() == "failed" and status:
                return status[0]
    return None


def _original_headers(message: EmailMessage) -> str:
    """The head of the email that came back, which the report carries whole or in part."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            return str(part.get_content())
        if kind == "message/rfc822" and part.is_multipart():
            return str(next(iter(part.iter_parts())))
    return ""
