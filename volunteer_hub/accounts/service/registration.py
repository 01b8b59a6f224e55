"""Registering, confirming, passwords."""

from __future__ import annotations

import datetime as dt

from blinker import Namespace
from flask import current_app
from flask_babel import gettext as _

from volunteer_hub.accounts import emails, queries, rules
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.secrets import hash_password, verify_password
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.accounts.service.tokens import (
    consume_token,
    get_usable_token,
    issue_token,
    record_policy_acceptance,
    revoke_tokens,
    send_invitation,
)
from volunteer_hub.accounts.states import AccountState, TokenPurpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError

signals = Namespace()
volunteer_registered = signals.signal("volunteer-registered")
"""Sent with the account and `now`, in the transaction of the registration."""
account_closed = signals.signal("account-closed")
"""Sent with the account, `actor` and `now` when it is deactivated."""
invitation_accepted = signals.signal("invitation-accepted")
"""Sent with the account and `now` when an invited person has opened it and accepted the policies."""


def register(*, name: str, email: str, password: str, now: dt.datetime) -> None:
    """Open a volunteer's account and mail the link that confirms the address.

    A known address gets another e-mail and the same answer, after the same work (trust.md 11).
    Raises DomainError on a poor password.
    """
    rules.check_password(password, email=email, name=name)
    password_hash = hash_password(password)
    known = queries.find_by_email(email)
    if known is not None:
        _register_again(known, now=now)
        return
    account = Account(
        name=name, email=email, password_hash=password_hash, state=AccountState.UNCONFIRMED, created_at=now
    )
    db.session.add(account)
    db.session.flush()
    record_policy_acceptance(account, now=now)
    db.session.add(RoleGrant(account_id=account.id, role=Role.VOLUNTEER, granted_at=now))
    audit.record("account.registered", account, actor=queries.as_actor(account), now=now)
    volunteer_registered.send(account, now=now)
    token_row, token = issue_token(account, TokenPurpose.CONFIRM, now=now)
    emails.send_confirmation_link(token_row, account, token=token, now=now)


def _register_again(known: Account, *, now: dt.datetime) -> None:
    """Somebody registers an address that has an account.

    While it is unconfirmed nobody knows whose the first password was, so none counts any more: the
    address's owner chooses one by link, which confirms the address too.
    """
    if known.state is AccountState.UNCONFIRMED:
        known.password_hash = None
        revoke_tokens(known, TokenPurpose.CONFIRM, TokenPurpose.RESET, now=now)
        row, token = issue_token(known, TokenPurpose.RESET, now=now)
        emails.send_reset_link(row, known, token=token, now=now)
    else:
        row, _token = issue_token(known, TokenPurpose.CONFIRM, now=now)
        emails.notify_already_registered(row, known, now=now)


def confirm_address(token: str, *, now: dt.datetime) -> Account:
    """Confirm the address behind a link. Raises NotFound."""
    account = consume_token(get_usable_token(token, TokenPurpose.CONFIRM, now=now), now=now)
    if account.state is AccountState.UNCONFIRMED:
        audit.move(account, AccountState.ACTIVE, actor=queries.as_actor(account), now=now)
    return account


def request_password_reset(email: str, *, now: dt.datetime) -> None:
    """Mail a link for a new password, or word that the address has no account."""
    account = queries.find_by_email(email)
    if account and (account.state is AccountState.INVITED or _was_never_opened(account)):
        # Opening the account goes through the pledges, so through a fresh invitation.
        service_name = current_app.config["SERVICE_NAME"]
        send_invitation(account, inviter=service_name, role=_("participant"), place=_("the programme"), now=now)
        return
    usable = account if account and account.state is not AccountState.DEACTIVATED else None
    row, token = issue_token(usable, TokenPurpose.RESET, now=now)
    if usable:
        emails.send_reset_link(row, usable, token=token, now=now)
    else:
        emails.notify_no_account(row, email, now=now)


def _was_never_opened(account: Account) -> bool:
    """An invitation that was closed and opened again: the pledges are still to come."""
    is_bare = account.state is AccountState.ACTIVE and account.password_hash is None
    return is_bare and not queries.has_accepted_any_policy(account.id)


def reset_password(token: str, password: str, *, now: dt.datetime) -> Account:
    """Set a new password by link and end every session. Raises NotFound, DomainError."""
    row = get_usable_token(token, TokenPurpose.RESET, now=now)
    assert row.account is not None
    rules.check_password(password, email=row.account.email, name=row.account.name)
    account = consume_token(row, now=now)
    _set_password(account, password, now=now)
    if account.state is AccountState.UNCONFIRMED:
        audit.move(account, AccountState.ACTIVE, actor=queries.as_actor(account), now=now)
    return account


def change_password(account: Account, *, old: str, new: str, actor: Viewer, now: dt.datetime) -> None:
    """Change one's own password; other sessions end. Raises DomainError."""
    known_hash = account.password_hash
    if not verify_password(known_hash, old) or queries.lock_account(account.id).password_hash != known_hash:
        raise DomainError("This is not your present password.", field="old")
    rules.check_password(new, email=account.email, name=account.name)
    _set_password(account, new, now=now, keep_session=actor.session_id)


def _set_password(account: Account, password: str, *, now: dt.datetime, keep_session: int | None = None) -> None:
    queries.lock_account(account.id)
    account.password_hash = hash_password(password)
    revoke_tokens(account, TokenPurpose.RESET, TokenPurpose.INVITE, TokenPurpose.CHANGE_EMAIL, now=now)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=keep_session)
    audit.record("account.password_changed", account, actor=queries.as_actor(account), now=now)
    emails.notify_password_changed(account, now=now)
