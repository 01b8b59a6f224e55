"""Accounts with a second factor, and the codes that their app shows."""

from __future__ import annotations

import datetime as dt

import pyotp

from volunteer_hub.accounts import codes
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.accounts.sealing import Sealed, seal
from volunteer_hub.core import clock
from volunteer_hub.core.db import db

RECOVERY = "abcd-efgh-jkmn-pqrs"


def give_factor(account: Account) -> str:
    """Turn the account's second factor on. Gives the secret that its app holds; RECOVERY opens it once, too."""
    secret, now = codes.new_secret(), clock.now()
    db.session.add(
        SecondFactor(
            account_id=account.id,
            sealed_secret=seal(secret, Sealed.FACTOR, owner=account.id, now=now),
            created_at=now,
            confirmed_at=now,
        )
    )
    hashed = codes.recovery_hash(account.id, RECOVERY)
    db.session.add(RecoveryCode(account_id=account.id, code_hash=hashed, created_at=now))
    db.session.commit()
    return secret


def code_of(secret: str, *, at: dt.datetime | None = None, steps: int = 0) -> str:
    """What the app shows at that time, or some 30-second steps away from it."""
    step = codes.step_at(at or clock.now()) + steps
    return str(pyotp.TOTP(secret).generate_otp(step))
