"""Codes of an authenticator app (RFC 6238) and recovery codes. Pure: plain values in, value out."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

import pyotp

STEP_SECONDS, CLOCK_DRIFT_STEPS, APP_CODE_DIGITS = 30, 1, 6
RECOVERY_CODE_COUNT, RECOVERY_CODE_LENGTH, GROUP_LENGTH = 10, 16, 4
RECOVERY_CODE_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
"""Letters and digits that are not mistaken for each other; sixteen of them hold 78 bits."""


def generate_secret() -> str:
    """Return a new shared secret: 160 random bits in base32."""
    return pyotp.random_base32()


def normalise_code(code: str) -> str:
    """Return a typed code without spaces and hyphens, in lower case."""
    return "".join(code.split()).replace("-", "").lower()


def is_app_code(code: str) -> bool:
    """Return whether a normalised code has the form of an app's code, as opposed to a recovery code."""
    return len(code) == APP_CODE_DIGITS and code.isascii() and code.isdigit()


def step_at(now: dt.datetime) -> int:
    """Return the number of the 30-second time step (RFC 6238) that contains `now`."""
    return int(now.timestamp()) // STEP_SECONDS


def find_matching_step(secret: str, code: str, *, now: dt.datetime) -> int | None:
    """Return the latest time step, within the allowed clock drift, whose code is `code`; None if there is none."""
    if not is_app_code(code):
        return None
    app, current, matching = pyotp.TOTP(secret), step_at(now), None
    for step in range(current - CLOCK_DRIFT_STEPS, current + CLOCK_DRIFT_STEPS + 1):
        # Constant time: every step is compared, also after a match.
        if hmac.compare_digest(app.generate_otp(step), code):
            matching = step
    return matching


def setup_uri(secret: str, *, email: str, service: str) -> str:
    """Return the otpauth URI that the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def group_characters(code: str, separator: str = " ") -> str:
    """Return a long code split into groups of four characters, joined by `separator`."""
    return separator.join(code[start : start + GROUP_LENGTH] for start in range(0, len(code), GROUP_LENGTH))


def generate_recovery_codes() -> list[str]:
    """Return ten new random codes, formatted for people."""
    return [
        group_characters("".join(secrets.choice(RECOVERY_CODE_ALPHABET) for _ in range(RECOVERY_CODE_LENGTH)), "-")
        for _ in range(RECOVERY_CODE_COUNT)
    ]


def hash_recovery_code(account_id: int, code: str) -> str:
    """Return the hash that is stored of a recovery code. A fast hash is enough for 78 random bits; the account is the salt."""
    return hashlib.sha256(f"{account_id}:{normalise_code(code)}".encode("utf-8", "replace")).hexdigest()
