"""The second factor: turning it on and off, recovery codes, and an administrator's reset."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.accounts import codes, emails, queries, rules
from volunteer_hub.accounts.encryption import EncryptionPurpose, decrypt, encrypt
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden


def start_setup(account_id: int, *, now: dt.datetime) -> str:
    """A fresh secret, sealed for the page that shows it. Nothing is kept until a code confirms it."""
    return encrypt(codes.generate_secret(), EncryptionPurpose.SECOND_FACTOR_SETUP, owner=account_id, now=now)


def decrypt_setup_secret(sealed: str, *, account_id: int, now: dt.datetime) -> str | None:
    """The secret of such a page; None when it is another's or too old."""
    return decrypt(
        sealed, EncryptionPurpose.SECOND_FACTOR_SETUP, owner=account_id, now=now, max_age=rules.SETUP_PAGE_LIFETIME
    )


def enable_second_factor(account: Account, sealed: str, code: str, *, actor: Viewer, now: dt.datetime) -> list[str]:
    """Confirm a new secret by its first code; it replaces an older one. Gives the recovery codes.

    Other sessions and trusted browsers end: they were opened without it. Raises DomainError.
    """
    secret = decrypt_setup_secret(sealed, account_id=account.id, now=now)
    step = codes.find_matching_step(secret, codes.normalise_code(code), now=now) if secret else None
    if secret is None or step is None:
        raise DomainError("This code is not right. Type the one that your app shows just now.", field="app_code")
    queries.lock_account(account.id)
    row = queries.find_second_factor(account.id) or SecondFactor(account_id=account.id)
    row.encrypted_secret, row.last_step = (
        encrypt(secret, EncryptionPurpose.SECOND_FACTOR, owner=account.id, now=now),
        step,
    )
    row.created_at = row.confirmed_at = now
    db.session.add(row)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=actor.session_id)
    audit.record("account.second_factor_on", account, actor=actor, now=now)
    emails.notify_second_factor_on(account, now=now)
    return _fresh_codes(account, now=now)


def _fresh_codes(account: Account, *, now: dt.datetime) -> list[str]:
    """A new set of recovery codes; the old ones open nothing any more."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    fresh = codes.generate_recovery_codes()
    for code in fresh:
        hashed = codes.hash_recovery_code(account.id, code)
        db.session.add(RecoveryCode(account_id=account.id, code_hash=hashed, created_at=now))
    return fresh


def _the_factor(account: Account) -> SecondFactor:
    row = queries.find_second_factor(account.id)
    if row is None:
        raise DomainError("There is no second factor on this account.")
    return row


def replace_recovery_codes(account: Account, *, actor: Viewer, now: dt.datetime) -> list[str]:
    """Another set of recovery codes instead of the old ones. Raises DomainError without a second factor."""
    queries.lock_account(account.id)
    _the_factor(account)
    audit.record("account.recovery_codes_new", account, actor=actor, now=now)
    return _fresh_codes(account, now=now)


def disable_second_factor(account: Account, *, is_required: bool, actor: Viewer, now: dt.datetime) -> None:
    """Sign in by password alone again. Raises DomainError, Forbidden where one's role needs it."""
    if is_required:
        raise Forbidden("Your role needs a second factor. You can move it to another phone instead.")
    _remove(account, now=now)
    audit.record("account.second_factor_off", account, actor=actor, now=now)
    emails.notify_second_factor_off(account, now=now)


def _remove(account: Account, *, now: dt.datetime) -> None:
    queries.lock_account(account.id)
    db.session.delete(_the_factor(account))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    end_devices(account.id, now=now)


def reset_second_factor(account: Account, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """An administrator takes away what somebody lost; their sessions end. Raises DomainError, Forbidden."""
    if not actor.has(Role.ADMIN):
        raise Forbidden("Only an administrator can do this.")
    if account.id == actor.account_id:
        raise DomainError("Ask another administrator, or use a recovery code.")
    _remove(account, now=now)
    end_sessions(account.id, now=now)
    audit.record("account.second_factor_reset", account, actor=actor, now=now, words=reason)
    emails.notify_second_factor_reset(account, admin=actor.name, now=now)
