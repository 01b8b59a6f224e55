"""Verification of codes. Each is consumed by one conditional UPDATE, so concurrent requests cannot use it twice."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts import codes, emails, queries
from volunteer_hub.accounts.encryption import EncryptionPurpose, decrypt
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError

WRONG_APP_CODE = _l("This code is not right, or it was used already. Wait until your app shows the next one.")
WRONG_RECOVERY_CODE = _l(
    "This recovery code is not right, or it was used already: each opens once. Take another one, or ask the coordinator."
)


def consume_code(account: Account, code: str, *, field: str, now: dt.datetime) -> None:
    """Verify and consume a code of the app or a recovery code. Raises DomainError on `field`."""
    normalised = codes.normalise_code(code)
    is_app_code = codes.is_app_code(normalised)
    consume = _consume_app_code if is_app_code else _consume_recovery_code
    if consume(account, normalised, now=now):
        return
    if is_app_code:
        raise DomainError(WRONG_APP_CODE, field=field, code="wrong_app_code")
    raise DomainError(WRONG_RECOVERY_CODE, field=field, code="wrong_recovery_code")


def _consume_app_code(account: Account, code: str, *, now: dt.datetime) -> bool:
    factor = queries.find_second_factor(account.id)
    secret = decrypt(factor.encrypted_secret, EncryptionPurpose.SECOND_FACTOR, owner=account.id) if factor else None
    step = codes.find_matching_step(secret, code, now=now) if secret else None
    if step is None:
        return False
    statement = sa.update(SecondFactor).where(
        SecondFactor.account_id == account.id, sa.func.coalesce(SecondFactor.last_step, 0) < step
    )
    return bool(db.session.execute(statement.values(last_step=step)).rowcount == 1)  # type: ignore[attr-defined]


def _consume_recovery_code(account: Account, code: str, *, now: dt.datetime) -> bool:
    statement = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == codes.hash_recovery_code(account.id, code),
        RecoveryCode.used_at.is_(None),
    )
    if db.session.execute(statement.values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        return False
    audit.record("account.recovery_code_used", account, actor=queries.as_actor(account), now=now)
    emails.notify_recovery_code_used(account, left=queries.count_recovery_codes(account.id), now=now)
    return True
