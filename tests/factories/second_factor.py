"""Accounts with a second factor, and the codes of their authenticator app."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyotp

from tests.factories.accounts import PASSWORD
from volunteer_hub.accounts import codes
from volunteer_hub.accounts.encryption import EncryptionPurpose, encrypt
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

RECOVERY = "abcd-efgh-jkmn-pqrs"


def enable_second_factor(account: Account) -> str:
    """Enable the account's second factor. Returns the app's secret; RECOVERY is its one recovery code."""
    secret, now = codes.generate_secret(), clock.now()
    db.session.add(
        SecondFactor(
            account_id=account.id,
            encrypted_secret=encrypt(secret, EncryptionPurpose.SECOND_FACTOR, owner=account.id, now=now),
            created_at=now,
            confirmed_at=now,
        )
    )
    hashed = codes.hash_recovery_code(account.id, RECOVERY)
    db.session.add(RecoveryCode(account_id=account.id, code_hash=hashed, created_at=now))
    db.session.commit()
    return secret


def code_of(secret: str, *, at: dt.datetime | None = None, steps: int = 0) -> str:
    """Return the app's code at that time, or `steps` steps of 30 seconds later."""
    step = codes.step_at(at or clock.now()) + steps
    return str(pyotp.TOTP(secret).generate_otp(step))


def submit_password(client: Any) -> Any:
    """Submit the password, the first of two steps."""
    reply = client.submit("/sign-in", email="ann@example.org", password=PASSWORD)
    assert reply.location.startswith("/sign-in/code"), reply.text
    return client


def sign_in(client: Any, code: str, **more: str) -> Any:
    """Sign in with both steps."""
    return submit_password(client).submit("/sign-in/code", app_code=code, **more)
