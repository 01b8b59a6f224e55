"""Signing in, in one step or two; proving again who one is; ending sessions and trusted browsers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from volunteer_hub.accounts import queries, rules
from volunteer_hub.accounts.models import Account, TrustedDevice, UserSession
from volunteer_hub.accounts.secrets import generate_token, hash_token, verify_password
from volunteer_hub.accounts.service.codes import consume_code
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db, let_others_write
from volunteer_hub.core.errors import DomainError


@dataclass(frozen=True)
class SignInResult:
    """A session's secret; while `awaiting_code` nobody is signed in by it."""

    token: str
    awaiting_code: bool
    account_id: int


def _hash_of(account: Account | None) -> str | None:
    """The hash that a password must match for the account to be entered; none for one that is not open."""
    return account.password_hash if account and account.state is AccountState.ACTIVE else None


def sign_in(
    email: str, password: str, *, browser: str, now: dt.datetime, max_age: dt.timedelta, device_token: str = ""
) -> SignInResult:
    """Open a session, or one that waits for a code where the account has a second factor.

    `device` is the secret of a browser that need not be asked. Raises DomainError with one text for every reason.
    """
    known_hash = _hash_of(queries.find_by_email(email))
    let_others_write()
    account = _entered(email, known_hash) if verify_password(known_hash, password) else None
    if account is None:
        raise DomainError("The e-mail address or the password is not right, or the address is not confirmed yet.")
    if queries.find_second_factor(account.id) and not _is_trusted(account, device_token, now=now):
        token = _open(account.id, browser=browser, now=now, life=rules.SIGN_IN_CODE_TIMEOUT, awaiting_code=True)
        return SignInResult(token, True, account.id)
    audit.record("account.signed_in", account, actor=queries.as_actor(account), now=now)
    return SignInResult(_open(account.id, browser=browser, now=now, life=max_age), False, account.id)


def _entered(email: str, known_hash: str | None) -> Account | None:
    """The account as it stands after the slow check, locked: a new password, address, factor or an end counts.

    None when it is no longer the one whose password was checked.
    """
    found = queries.find_by_email(email)
    account = queries.lock_account(found.id) if found else None
    is_same = account and account.email == email.lower() and _hash_of(account) == known_hash
    return account if is_same else None


def _open(
    account_id: int,
    *,
    browser: str,
    now: dt.datetime,
    life: dt.timedelta,
    awaiting_code: bool = False,
    token: str | None = None,
) -> str:
    token = token or generate_token()
    session = UserSession(
        token_hash=hash_token(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + life,
        browser=browser[:200],
        awaiting_code=awaiting_code,
        confirmed_at=None if awaiting_code else now,
    )
    db.session.add(session)
    return token


def _is_trusted(account: Account, device: str, *, now: dt.datetime) -> bool:
    found = queries.find_trusted_device(device, account_id=account.id, now=now)
    if found:
        found.last_used_at = now
    return found is not None


def complete_sign_in(
    pending: UserSession, code: str, *, browser: str, now: dt.datetime, max_age: dt.timedelta, token: str | None = None
) -> str:
    """The second step: a code for the waiting session opens a new one, with `token` as its secret if given.

    Raises DomainError.
    """
    account = queries.lock_account(pending.account_id)
    consume_code(account, code, field="app_code", now=now)
    ended = sa.update(UserSession).where(UserSession.id == pending.id, UserSession.ended_at.is_(None))
    if db.session.execute(ended.values(ended_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError("This sign-in is over. Begin again with your password.")
    audit.record("account.signed_in", account, actor=queries.as_actor(account), now=now, second_factor=True)
    return _open(account.id, browser=browser, now=now, life=max_age, token=token)


def trust_device(account_id: int, *, browser: str, now: dt.datetime) -> str:
    """Ask for no code on this browser for a while. Gives the secret for its cookie."""
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
    """The person in a session proves who they are: by a code where they have a second factor, else the password.

    Raises DomainError.
    """
    account = queries.get_account(actor.account_id)
    if actor.has_second_factor:
        queries.lock_account(account.id)
        consume_code(account, answer, field="identity", now=now)
    else:
        known_hash = account.password_hash
        let_others_write()
        if (
            not verify_password(known_hash, answer)
            or queries.lock_account(actor.account_id).password_hash != known_hash
        ):
            raise DomainError("This is not your password.", field="identity")
    mine = sa.update(UserSession).where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
    if db.session.execute(mine.values(confirmed_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError("You have been signed out meanwhile. Sign in again.")


def end_session(session_id: int, *, account_id: int, now: dt.datetime) -> None:
    """End one of a person's sessions, at once and everywhere."""
    mine = sa.update(UserSession).where(
        UserSession.id == session_id, UserSession.account_id == account_id, UserSession.ended_at.is_(None)
    )
    db.session.execute(mine.values(ended_at=now))


def end_sessions(account_id: int, *, now: dt.datetime, keep_session: int | None = None) -> None:
    """End all sessions of a person but the one to keep."""
    others = sa.update(UserSession).where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
    if keep_session:
        others = others.where(UserSession.id != keep_session)
    db.session.execute(others.values(ended_at=now))


def end_device(device_id: int, *, account_id: int, now: dt.datetime) -> None:
    """Ask for a code again on one of a person's browsers."""
    mine = sa.update(TrustedDevice).where(
        TrustedDevice.id == device_id, TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None)
    )
    db.session.execute(mine.values(ended_at=now))


def end_devices(account_id: int, *, now: dt.datetime) -> None:
    """Ask for a code again on every browser of a person."""
    all_of_them = sa.update(TrustedDevice).where(
        TrustedDevice.account_id == account_id, TrustedDevice.ended_at.is_(None)
    )
    db.session.execute(all_of_them.values(ended_at=now))
