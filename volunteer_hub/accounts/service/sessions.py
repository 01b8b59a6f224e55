"""Sign-in in one or two steps, confirmation of identity, and the end of sessions and trusted browsers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.accounts import queries, rules
from volunteer_hub.accounts.models import Account, TrustedDevice, UserSession
from volunteer_hub.accounts.secrets import generate_token, hash_token, verify_password
from volunteer_hub.accounts.service.codes import consume_code
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db, release_write_lock
from volunteer_hub.core.errors import DomainError


@dataclass(frozen=True)
class SignInResult:
    """The token of the session that was opened; with `awaiting_code` it does not sign in yet."""

    token: str
    awaiting_code: bool
    account_id: int


def _hash_of(account: Account | None) -> str | None:
    """Return the hash that the password must match; None if the account does not exist or is not active."""
    return account.password_hash if account and account.state is AccountState.ACTIVE else None


def sign_in(
    email: str, password: str, *, browser: str, now: dt.datetime, max_age: dt.timedelta, device_token: str = ""
) -> SignInResult:
    """Open a session, or one that awaits a code if the account has a second factor.

    `device_token` is the token of a trusted browser, for which no code is needed. Raises DomainError with the same
    message for every reason.
    """
    known_hash = _hash_of(queries.find_by_email(email))
    release_write_lock()
    account = _lock_if_unchanged(email, known_hash) if verify_password(known_hash, password) else None
    if account is None:
        raise DomainError(
            _("The e-mail address or the password is not right, or the address is not confirmed yet."),
            code="sign_in_failed",
        )
    if queries.find_second_factor(account.id) and not _is_trusted(account, device_token, now=now):
        token = _open(account.id, browser=browser, now=now, max_age=rules.SIGN_IN_CODE_TIMEOUT, awaiting_code=True)
        return SignInResult(token, True, account.id)
    audit.record("account.signed_in", account, actor=queries.as_actor(account), now=now)
    return SignInResult(_open(account.id, browser=browser, now=now, max_age=max_age), False, account.id)


def _lock_if_unchanged(email: str, known_hash: str | None) -> Account | None:
    """Lock and return the account after the slow password check, which held no lock.

    Returns None if the address, the password or the state has changed since `known_hash` was read.
    """
    current = queries.find_by_email(email)
    account = queries.lock_account(current.id) if current else None
    is_same = account and account.email == email.lower() and _hash_of(account) == known_hash
    return account if is_same else None


def _open(
    account_id: int,
    *,
    browser: str,
    now: dt.datetime,
    max_age: dt.timedelta,
    awaiting_code: bool = False,
    token: str | None = None,
) -> str:
    token = token or generate_token()
    session = UserSession(
        token_hash=hash_token(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + max_age,
        browser=browser[:200],
        awaiting_code=awaiting_code,
        confirmed_at=None if awaiting_code else now,
    )
    db.session.add(session)
    return token


def _is_trusted(account: Account, device_token: str, *, now: dt.datetime) -> bool:
    trusted_device = queries.find_trusted_device(device_token, account_id=account.id, now=now)
    if trusted_device:
        trusted_device.last_used_at = now
    return trusted_device is not None


def complete_sign_in(
    pending: UserSession, code: str, *, browser: str, now: dt.datetime, max_age: dt.timedelta, token: str | None = None
) -> str:
    """Verify the code for a pending session and open a new one, with `token` as its token if given.

    Raises DomainError for a wrong code, and if the pending session has ended.
    """
    account = queries.lock_account(pending.account_id)
    consume_code(account, code, field="app_code", now=now)
    ended = sa.update(UserSession).where(UserSession.id == pending.id, UserSession.ended_at.is_(None))
    if db.session.execute(ended.values(ended_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError(_("This sign-in is over. Begin again with your password."), code="sign_in_expired")
    audit.record("account.signed_in", account, actor=queries.as_actor(account), now=now, second_factor=True)
    return _open(account.id, browser=browser, now=now, max_age=max_age, token=token)


def trust_device(account_id: int, *, browser: str, now: dt.datetime) -> str:
    """Trust this browser, so that no code is asked for. Returns the token for its cookie."""
    token = generate_token()
    db.session.add(
        TrustedDevice(
            account_id=account_id,
            token_hash=hash_token(token),
            browser=browser[:200],
            created_at=now,
            last_used_at=now,
            expires_at=now + rules.TRUSTED_DEVICE_LIFETIME,
        )
    )
    return token


def confirm_identity(answer: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Confirm the identity of a session's person, by a code if they have a second factor, else by the password.

    Raises DomainError for a wrong answer, and if the session has ended.
    """
    account = queries.get_account(actor.account_id)
    if actor.has_second_factor:
        queries.lock_account(account.id)
        consume_code(account, answer, field="identity", now=now)
    else:
        known_hash = account.password_hash
        release_write_lock()
        if (
            not verify_password(known_hash, answer)
            or queries.lock_account(actor.account_id).password_hash != known_hash
        ):
            raise DomainError(_("This is not your password."), field="identity", code="wrong_password")
    statement = sa.update(UserSession).where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
    if db.session.execute(statement.values(confirmed_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError(_("You have been signed out meanwhile. Sign in again."), code="signed_out_meanwhile")


def end_session(session_id: int, *, account_id: int, now: dt.datetime) -> None:
    """End one of the account's sessions, if it is live."""
    statement = sa.update(UserSession).where(
        UserSession.id == session_id, UserSession.account_id == account_id, UserSession.ended_at.is_(None)
    )
    db.session.execute(statement.values(ended_at=now))


def end_sessions(account_id: int, *, now: dt.datetime, keep_session: int | None = None) -> None:
    """End all live sessions of the account except `keep_session`."""
    statement = sa.update(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    if keep_session:
        statement = statement.where(UserSession.id != keep_session)
    db.session.execute(statement.values(ended_at=now))


def end_device(device_id: int, *, account_id: int, now: dt.datetime) -> None:
    """Stop trusting one of the account's browsers."""
    statement = sa.update(TrustedDevice).where(
        TrustedDevice.id == device_id, TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None)
    )
    db.session.execute(statement.values(ended_at=now))


def end_devices(account_id: int, *, now: dt.datetime) -> None:
    """Stop trusting all the account's browsers."""
    statement = sa.update(TrustedDevice).where(TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None))
    db.session.execute(statement.values(ended_at=now))
