"""Validation of email addresses, shared by forms, imports and commands."""

from __future__ import annotations

import email_validator

MAX_LENGTH = 254
"""Characters, the limit of a mailbox in SMTP (RFC 5321, 4.5.3.1.3)."""


def parse_email(text: str) -> str | None:
    """Return the address in lower case, None if it is not valid. No network look-up.

    Internationalised domains are accepted in punycode. Non-ASCII letters are not: two addresses that look alike must
    not become two accounts.
    """
    if not text.isascii() or len(text) > MAX_LENGTH:
        return None
    try:
        validated = email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except email_validator.EmailNotValidError:
        return None
    return validated.ascii_email.lower() if validated.ascii_email else None
