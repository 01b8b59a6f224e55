"""Changing one's e-mail address: asked for here, confirmed by a link to the new one, told to the old one."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import emails, queries
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.service.links import issue, open_link, spend, void
from volunteer_hub.accounts.service.sessions import end_devices, end_sessions
from volunteer_hub.accounts.states import Purpose
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError


def request_address(account: Account, email: str, *, actor: Viewer, now: dt.datetime) -> None:
    """Mail a link to the new address and word to the old one. Raises DomainError when it is one's own already.

    An address that somebody else has gets another e-mail; the page and the old address are told the same.
    """
    if email == account.email:
        raise DomainError("This is your address already.", field="email")
    void(account, Purpose.CHANGE_EMAIL, now=now)
    row, token = issue(account, Purpose.CHANGE_EMAIL, now=now)
    holder = queries.by_email(email)
    if holder is None:
        row.new_email = email
        emails.confirm_new_email(row, account, email, token=token, now=now)
    else:
        row.used_at = now
        emails.email_taken(row, holder, now=now)
    emails.email_change_asked(row, account, now=now)
    audit.record("account.email_change_asked", account, actor=actor, now=now)


def change_address(token: str, *, keep_session: int | None, now: dt.datetime) -> Account:
    """The new address is confirmed: it counts, and everything that was open under the old one ends.

    Raises StaleLink, or DomainError when somebody took the address meanwhile.
    """
    row = open_link(token, Purpose.CHANGE_EMAIL, now=now)
    if not row.new_email or queries.by_email(row.new_email):
        raise DomainError("This address cannot be used any more. Ask for the change again with another one.")
    account = spend(row, now=now)
    old, account.email = account.email, row.new_email
    void(account, *Purpose, now=now)
    end_devices(account.id, now=now)
    end_sessions(account.id, now=now, keep_session=keep_session)
    db.session.flush()
    audit.record("account.email_changed", account, actor=queries.themselves(account), now=now, words=old)
    emails.email_changed(account, old, now=now)
    return account
