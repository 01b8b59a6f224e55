"""What the mail area learns of accounts: links that are used up, people who have left, coordinators to tell of bounces."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import emails
from volunteer_hub.accounts.models import Account, AccountToken
from volunteer_hub.accounts.states import CLOSED_STATES
from volunteer_hub.core.db import db
from volunteer_hub.mail import relevance
from volunteer_hub.mail.models import AddressBounces, OutboxMail
from volunteer_hub.mail.signals import address_paused

WITH_LINK = ("confirm_address", "reset_password", "invitation", "confirm_new_email", "account_reactivated")
FAREWELL = frozenset({"account_deactivated"})
"""What a person may still read whose account has just been closed."""


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register_row(AccountToken, _is_usable, *WITH_LINK)
    relevance.register(_may_be_written_to)


def listen() -> None:
    """Hear when sending to an address is paused."""
    address_paused.connect(_on_paused)


def _is_usable(token: AccountToken, now: dt.datetime) -> bool:
    return token.used_at is None and token.expires_at > now


def _may_be_written_to(mail: OutboxMail, _now: dt.datetime) -> bool:
    if mail.recipient_account_id is None or mail.kind in FAREWELL:
        return True
    account = db.session.get(Account, mail.recipient_account_id)
    return account is None or account.state not in CLOSED_STATES


def _on_paused(address: AddressBounces, *, now: dt.datetime) -> None:
    emails.notify_address_paused(address, now=now)
