"""Codes of an authenticator app (RFC 6238) and recovery codes. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import pyotp

STEP_SECONDS, STEPS_AROUND, DIGITS = 30, 1, 6
RECOVERY_CODES, RECOVERY_LENGTH, GROUP = 10, 16, 4
ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
"""Letters and digits that nobody mistakes for each other: 78 bits in sixteen of them."""


def new_secret() -> str:
    """A fresh shared secret, 160 bits in base32."""
    return pyotp.random_base32()


def plain(code: str) -> str:
    """A code as typed, without the spaces and hyphens that people put in."""
    return "".join(code.split()).replace("-", "").lower()


def is_app_code(code: str) -> bool:
    """Whether it looks like a code of an app, not like a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def step_at(now: dt.datetime) -> int:
    """The number of the 30-second step."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, *, now: dt.datetime) -> int | None:
    """The newest step, of this one and its neighbours, whose code it is; None when it is none of theirs."""
    if not is_app_code(code):
        return None
    app, here, found = pyotp.TOTP(secret), step_at(now), None
    for step in range(here - STEPS_AROUND, here + STEPS_AROUND + 1):
        # Every step is compared, whichever matched: the time that it takes says nothing.
        if hmac.compare_digest(app.generate_otp(step), code):
            found = step
    return found


def setup_address(secret: str, *, email: str, service: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def grouped(code: str, mark: str = " ") -> str:
    """A long code in groups of four, for typing."""
    return mark.join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def new_recovery_codes() -> list[str]:
    """Ten fresh codes as a person reads them."""
    return [
        grouped("".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)), "-") for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(account_id: int, code: str) -> str:
    """What is kept of a recovery code. It is random enough for a plain hash; the account is its salt."""
    return hashlib.sha256(f"{account_id}:{plain(code)}".encode("utf-8", "replace")).hexdigest()
