"""Codes of an authenticator app (RFC 6238) and recovery codes. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import pyotp

STEP_SECONDS, CLOCK_DRIFT_STEPS, APP_CODE_DIGITS = 30, 1, 6
RECOVERY_CODE_COUNT, RECOVERY_CODE_LENGTH, GROUP_LENGTH = 10, 16, 4
RECOVERY_CODE_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
"""Letters and digits that nobody mistakes for each other: 78 bits in sixteen of them."""


def generate_secret() -> str:
    """A fresh shared secret, 160 bits in base32."""
    return pyotp.random_base32()


def normalise_code(code: str) -> str:
    """A code as typed, without the spaces and hyphens that people put in."""
    return "".join(code.split()).replace("-", "").lower()


def is_app_code(code: str) -> bool:
    """Whether it looks like a code of an app, not like a recovery code."""
    return len(code) == APP_CODE_DIGITS and code.isascii() and code.isdigit()


def step_at(now: dt.datetime) -> int:
    """The number of the 30-second step."""
    return int(now.timestamp()) // STEP_SECONDS


def find_matching_step(secret: str, code: str, *, now: dt.datetime) -> int | None:
    """The newest step, of this one and its neighbours, whose code it is; None when it is none of theirs."""
    if not is_app_code(code):
        return None
    app, here, found = pyotp.TOTP(secret), step_at(now), None
    for step in range(here - CLOCK_DRIFT_STEPS, here + CLOCK_DRIFT_STEPS + 1):
        # Every step is compared, whichever matched: the time that it takes says nothing.
        if hmac.compare_digest(app.generate_otp(step), code):
            found = step
    return found


def setup_uri(secret: str, *, email: str, service: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def group_characters(code: str, mark: str = " ") -> str:
    """A long code in groups of four, for typing."""
    return mark.join(code[start : start + GROUP_LENGTH] for start in range(0, len(code), GROUP_LENGTH))


def generate_recovery_codes() -> list[str]:
    """Ten fresh codes as a person reads them."""
    return [
        group_characters("".join(secrets.choice(RECOVERY_CODE_ALPHABET) for _ in range(RECOVERY_CODE_LENGTH)), "-")
        for _ in range(RECOVERY_CODE_COUNT)
    ]


def hash_recovery_code(account_id: int, code: str) -> str:
    """What is kept of a recovery code. It is random enough for a plain hash; the account is its salt."""
    return hashlib.sha256(f"{account_id}:{normalise_code(code)}".encode("utf-8", "replace")).hexdigest()
