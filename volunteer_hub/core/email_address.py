"""What counts as an email address: one answer for forms, imports and commands."""

from __future__ import annotations

import email_validator

MAX_LENGTH = 254


def parse_email(text: str) -> str | None:
    """The address in lower case; None where no mail server would take it.

    Internationalised domains are accepted as they travel, in punycode; letters beyond ASCII are not, because two
    addresses that look alike must not be two accounts. Nothing is looked up on the network.
    """
    if not text.isascii() or len(text) > MAX_LENGTH:
        return None
    try:
        found = email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except email_validator.EmailNotValidError:
        return None
    return found.ascii_email.lower() if found.ascii_email else None
