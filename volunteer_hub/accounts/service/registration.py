"""Registration, confirmation of the address, and passwords."""

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
"""Sent with the account, `actor` and `now`, when an account is deactivated."""
invitation_accepted = signals.signal("invitation-accepted")
"""Sent with the account and `now`, when an invited person has opened it and accepted the policies."""


def register(*, name: str, email: str, password: str, now: dt.datetime) -> None:
    """Create a volunteer's account and send the link that confirms the address.

    An address that has an account gets another email; the response and the cost in time are the same, so that
    neither tells which addresses have accounts. Raises DomainError for a weak password.
    """
    rules.check_password(password, email=email, name=name)
    password_hash = hash_password(password)
    existing = queries.find_by_email(email)
    if existing is not None:
        _register_again(existing, now=now)
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


def _register_again(account: Account, *, now: dt.datetime) -> None:
    """Handle the registration of an address that has an account.

    While the address is unconfirmed, any earlier password may be a stranger's. It is removed, and the owner of the
    address chooses one by an emailed link, which confirms the address too.
    """
    if account.state is AccountState.UNCONFIRMED:
        account.password_hash = None
        revoke_tokens(account, TokenPurpose.CONFIRM, TokenPurpose.RESET, now=now)
        token_row, token = issue_token(account, TokenPurpose.RESET, now=now)
        emails.send_reset_link(token_row, account, token=token, now=now)
    else:
        token_row, _unused = issue_token(account, TokenPurpose.CONFIRM, now=now)
        emails.notify_already_registered(token_row, account, now=now)


def confirm_address(token: str, *, now: dt.datetime) -> Account:
    """Confirm the address of a token and activate the account. Raises StaleLink."""
    account = consume_token(get_usable_token(token, TokenPurpose.CONFIRM, now=now), now=now)
    if account.state is AccountState.UNCONFIRMED:
        audit.move(account, AccountState.ACTIVE, actor=queries.as_actor(account), now=now)
    return account


def request_password_reset(email: str, *, now: dt.datetime) -> None:
    """Send a link for a new password, a new invitation, or the notice that the address has no account."""
    account = queries.find_by_email(email)
    if account and (account.state is AccountState.INVITED or _is_unopened(account)):
        # An unopened account still needs the policies accepted, which the invitation's page does.
        service_name = current_app.config["SERVICE_NAME"]
        send_invitation(account, inviter=service_name, role=_("participant"), place=_("the programme"), now=now)
        return
    usable = account if account and account.state is not AccountState.DEACTIVATED else None
    token_row, token = issue_token(usable, TokenPurpose.RESET, now=now)
    if usable:
        emails.send_reset_link(token_row, usable, token=token, now=now)
    else:
        emails.notify_no_account(token_row, email, now=now)


def _is_unopened(account: Account) -> bool:
    """Return whether the account was closed and reopened before its invitation was accepted."""
    has_no_password = account.state is AccountState.ACTIVE and account.password_hash is None
    return has_no_password and not queries.has_accepted_any_policy(account.id)


def reset_password(token: str, password: str, *, now: dt.datetime) -> Account:
    """Set a new password by token and end every session. Raises StaleLink, and DomainError for a weak password."""
    token_row = get_usable_token(token, TokenPurpose.RESET, now=now)
    assert token_row.account is not None
    rules.check_password(password, email=token_row.account.email, name=token_row.account.name)
    account = consume_token(token_row, now=now)
    _set_password(account, password, now=now)
    if account.state is AccountState.UNCONFIRMED:
        audit.move(account, AccountState.ACTIVE, actor=queries.as_actor(account), now=now)
    return account


def change_password(account: Account, *, old: str, new: str, actor: Viewer, now: dt.datetime) -> None:
    """Change one's own password and end the other sessions. Raises DomainError for a wrong or weak password."""
    known_hash = account.password_hash
    if not verify_password(known_hash, old) or queries.lock_account(account.id).password_hash != known_hash:
        raise DomainError(_("This is not your present password."), field="old", code="wrong_present_password")
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
