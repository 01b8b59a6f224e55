"""Email changes: requested while signed in, confirmed by a link to the new address, announced to the old one."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts import emails, queries
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.accounts.service.tokens import consume_token, get_usable_token, issue_token, revoke_tokens
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError


def request_email_change(account: Account, email: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Send the confirmation link to the new address and a notice to the present one.

    If another account has the new address, its owner is notified instead of getting the link. The response and the
    notice to the present address are the same, so they do not tell whether an address has an account.
    Raises DomainError if it is the account's present address.
    """
    if email == account.email:
        raise DomainError(_("This is your address already."), field="email", code="email_unchanged")
    revoke_tokens(account, TokenPurpose.CHANGE_EMAIL, now=now)
    token_row, token = issue_token(account, TokenPurpose.CHANGE_EMAIL, now=now)
    holder = queries.find_by_email(email)
    if holder is None:
        token_row.new_email = email
        emails.send_email_change_link(token_row, account, email, token=token, now=now)
    else:
        token_row.used_at = now
        emails.notify_email_taken(token_row, holder, now=now)
    emails.notify_email_change_requested(token_row, account, now=now)
    audit.record("account.email_change_asked", account, actor=actor, now=now)


def confirm_email_change(token: str, *, keep_session: int | None, now: dt.datetime) -> Account:
    """Set the confirmed address and end everything that was open under the old one.

    That is other sessions, trusted browsers and emailed links. Raises StaleLink, and DomainError if another account
    has the address by now.
    """
    token_row = get_usable_token(token, TokenPurpose.CHANGE_EMAIL, now=now)
    if not token_row.new_email or queries.find_by_email(token_row.new_email):
        raise DomainError(
            _("This address cannot be used any more. Ask for the change again with another one."),
            code="new_email_unavailable",
        )
    account = consume_token(token_row, now=now)
    old_email, account.email = account.email, token_row.new_email
    revoke_tokens(account, *TokenPurpose, now=now)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=keep_session)
    db.session.flush()
    audit.record("account.email_changed", account, actor=queries.as_actor(account), now=now, note=old_email)
    emails.notify_email_changed(account, old_email, now=now)
    return account
