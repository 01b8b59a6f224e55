"""The second factor: turning it on and off, recovery codes, and an administrator's reset."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.accounts import codes, emails, queries, rules
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.accounts.sealing import Sealed, seal, unseal
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden


def new_setup(account_id: int, *, now: dt.datetime) -> str:
    """A fresh secret, sealed for the page that shows it. Nothing is kept until a code confirms it."""
    return seal(codes.new_secret(), Sealed.SETUP, owner=account_id, now=now)


def setup_secret(sealed: str, *, account_id: int, now: dt.datetime) -> str | None:
    """The secret of such a page; None when it is another's or too old."""
    return unseal(sealed, Sealed.SETUP, owner=account_id, now=now, life=rules.SETUP_LIFE)


def turn_on(account: Account, sealed: str, code: str, *, actor: Viewer, now: dt.datetime) -> list[str]:
    """Confirm a new secret by its first code; it replaces an older one. Gives the recovery codes.

    Other sessions and trusted browsers end: they were opened without it. Raises DomainError.
    """
    secret = setup_secret(sealed, account_id=account.id, now=now)
    step = codes.matching_step(secret, codes.plain(code), now=now) if secret else None
    if secret is None or step is None:
        raise DomainError("This code is not right. Type the one that your app shows just now.", field="app_code")
    queries.locked(account.id)
    row = queries.factor_of(account.id) or SecondFactor(account_id=account.id)
    row.sealed_secret, row.last_step = seal(secret, Sealed.FACTOR, owner=account.id, now=now), step
    row.created_at = row.confirmed_at = now
    db.session.add(row)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=actor.session_id)
    audit.record("account.second_factor_on", account, actor=actor, now=now)
    emails.second_factor_on(account, now=now)
    return _fresh_codes(account, now=now)


def _fresh_codes(account: Account, *, now: dt.datetime) -> list[str]:
    """A new set of recovery codes; the old ones open nothing any more."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    fresh = codes.new_recovery_codes()
    for code in fresh:
        hashed = codes.recovery_hash(account.id, code)
        db.session.add(RecoveryCode(account_id=account.id, code_hash=hashed, created_at=now))
    return fresh


def _the_factor(account: Account) -> SecondFactor:
    row = queries.factor_of(account.id)
    if row is None:
        raise DomainError("There is no second factor on this account.")
    return row


def new_recovery_codes(account: Account, *, actor: Viewer, now: dt.datetime) -> list[str]:
    """Another set of recovery codes instead of the old ones. Raises DomainError without a second factor."""
    queries.locked(account.id)
    _the_factor(account)
    audit.record("account.recovery_codes_new", account, actor=actor, now=now)
    return _fresh_codes(account, now=now)


def turn_off(account: Account, *, compulsory: bool, actor: Viewer, now: dt.datetime) -> None:
    """Sign in by password alone again. Raises DomainError, Forbidden where one's role needs it."""
    if compulsory:
        raise Forbidden("Your role needs a second factor. You can move it to another phone instead.")
    _remove(account, now=now)
    audit.record("account.second_factor_off", account, actor=actor, now=now)
    emails.second_factor_off(account, now=now)


def _remove(account: Account, *, now: dt.datetime) -> None:
    queries.locked(account.id)
    db.session.delete(_the_factor(account))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    end_devices(account.id, now=now)


def reset_factor(account: Account, *, why: str, actor: Viewer, now: dt.datetime) -> None:
    """An administrator takes away what somebody lost; their sessions end. Raises DomainError, Forbidden."""
    if not actor.has(Role.ADMIN):
        raise Forbidden("Only an administrator can do this.")
    if account.id == actor.account_id:
        raise DomainError("Ask another administrator, or use a recovery code.")
    _remove(account, now=now)
    end_sessions(account.id, now=now)
    audit.record("account.second_factor_reset", account, actor=actor, now=now, words=why)
    emails.second_factor_reset(account, admin=actor.name, now=now)
