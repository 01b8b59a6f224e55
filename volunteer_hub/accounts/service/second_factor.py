"""The second factor: setting it up and turning it off, recovery codes, an administrator's reset."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.accounts import codes, emails, queries, rules
from volunteer_hub.accounts.encryption import EncryptionPurpose, decrypt, encrypt
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden


def start_setup(account_id: int, *, now: dt.datetime) -> str:
    """Return a new secret, encrypted for the page that displays it. Nothing is stored until a code confirms it."""
    return encrypt(codes.generate_secret(), EncryptionPurpose.SECOND_FACTOR_SETUP, owner=account_id, now=now)


def decrypt_setup_secret(setup_token: str, *, account_id: int, now: dt.datetime) -> str | None:
    """Return the secret from `start_setup`; None if it belongs to another account or is too old."""
    return decrypt(
        setup_token, EncryptionPurpose.SECOND_FACTOR_SETUP, owner=account_id, now=now, max_age=rules.SETUP_PAGE_LIFETIME
    )


def enable_second_factor(
    account: Account, setup_token: str, code: str, *, actor: Viewer, now: dt.datetime
) -> list[str]:
    """Store a new secret, confirmed by its first code, in place of an older one.

    Other sessions and trusted browsers end, as they began without it. Returns new recovery codes. Raises DomainError
    for a wrong code.
    """
    secret = decrypt_setup_secret(setup_token, account_id=account.id, now=now)
    step = codes.find_matching_step(secret, codes.normalise_code(code), now=now) if secret else None
    if secret is None or step is None:
        raise DomainError(
            _("This code is not right. Type the one that your app shows just now."),
            field="app_code",
            code="wrong_setup_code",
        )
    queries.lock_account(account.id)
    second_factor = queries.find_second_factor(account.id) or SecondFactor(account_id=account.id)
    second_factor.encrypted_secret, second_factor.last_step = (
        encrypt(secret, EncryptionPurpose.SECOND_FACTOR, owner=account.id, now=now),
        step,
    )
    second_factor.created_at = second_factor.confirmed_at = now
    db.session.add(second_factor)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=actor.session_id)
    audit.record("account.second_factor_on", account, actor=actor, now=now)
    emails.notify_second_factor_on(account, now=now)
    return _regenerate_codes(account, now=now)


def _regenerate_codes(account: Account, *, now: dt.datetime) -> list[str]:
    """Delete the recovery codes and return new ones."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    new_codes = codes.generate_recovery_codes()
    for code in new_codes:
        code_hash = codes.hash_recovery_code(account.id, code)
        db.session.add(RecoveryCode(account_id=account.id, code_hash=code_hash, created_at=now))
    return new_codes


def _get_second_factor(account: Account) -> SecondFactor:
    second_factor = queries.find_second_factor(account.id)
    if second_factor is None:
        raise DomainError(_("There is no second factor on this account."), code="no_second_factor")
    return second_factor


def replace_recovery_codes(account: Account, *, actor: Viewer, now: dt.datetime) -> list[str]:
    """Replace the recovery codes and return the new ones. Raises DomainError without a second factor."""
    queries.lock_account(account.id)
    _get_second_factor(account)
    audit.record("account.recovery_codes_new", account, actor=actor, now=now)
    return _regenerate_codes(account, now=now)


def disable_second_factor(account: Account, *, is_required: bool, actor: Viewer, now: dt.datetime) -> None:
    """Turn the second factor off. Raises DomainError without one, Forbidden if the person's role requires it."""
    if is_required:
        raise Forbidden(
            _("Your role needs a second factor. You can move it to another phone instead."),
            code="second_factor_required",
        )
    _remove(account, now=now)
    audit.record("account.second_factor_off", account, actor=actor, now=now)
    emails.notify_second_factor_off(account, now=now)


def _remove(account: Account, *, now: dt.datetime) -> None:
    queries.lock_account(account.id)
    db.session.delete(_get_second_factor(account))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    end_devices(account.id, now=now)


def reset_second_factor(account: Account, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Remove a person's lost second factor and end their sessions. Raises DomainError, Forbidden."""
    if not actor.has(Role.ADMIN):
        raise Forbidden(_("Only an administrator can do this."), code="second_factor_reset_needs_admin")
    if account.id == actor.account_id:
        raise DomainError(_("Ask another administrator, or use a recovery code."), code="own_second_factor_reset")
    _remove(account, now=now)
    end_sessions(account.id, now=now)
    audit.record("account.second_factor_reset", account, actor=actor, now=now, note=reason)
    emails.notify_second_factor_reset(account, admin=actor.name, now=now)
