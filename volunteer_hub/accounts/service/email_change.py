"""Changing one's e-mail address: asked for here, confirmed by a link to the new one, told to the old one."""

from __future__ import annotations

import datetime as dt

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
    """Mail a link to the new address and word to the old one. Raises DomainError when it is one's own already.

    An address that somebody else has gets another e-mail; the page and the old address are told the same.
    """
    if email == account.email:
        raise DomainError("This is your address already.", field="email")
    revoke_tokens(account, TokenPurpose.CHANGE_EMAIL, now=now)
    row, token = issue_token(account, TokenPurpose.CHANGE_EMAIL, now=now)
    holder = queries.find_by_email(email)
    if holder is None:
        row.new_email = email
        emails.send_email_change_link(row, account, email, token=token, now=now)
    else:
        row.used_at = now
        emails.notify_email_taken(row, holder, now=now)
    emails.notify_email_change_requested(row, account, now=now)
    audit.record("account.email_change_asked", account, actor=actor, now=now)


def confirm_email_change(token: str, *, keep_session: int | None, now: dt.datetime) -> Account:
    """The new address is confirmed: it counts, and everything that was open under the old one ends.

    Raises StaleLink, or DomainError when somebody took the address meanwhile.
    """
    row = get_usable_token(token, TokenPurpose.CHANGE_EMAIL, now=now)
    if not row.new_email or queries.find_by_email(row.new_email):
        raise DomainError("This address cannot be used any more. Ask for the change again with another one.")
    account = consume_token(row, now=now)
    old, account.email = account.email, row.new_email
    revoke_tokens(account, *TokenPurpose, now=now)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=keep_session)
    db.session.flush()
    audit.record("account.email_changed", account, actor=queries.as_actor(account), now=now, words=old)
    emails.notify_email_changed(account, old, now=now)
    return account
