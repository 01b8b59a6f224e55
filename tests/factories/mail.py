"""Emails in any state, reached by allowed moves."""

from __future__ import annotations

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import AddressBounces, OutboxMail
from volunteer_hub.mail.service import queue
from volunteer_hub.mail.states import MailState

PATHS: dict[MailState, tuple[MailState, ...]] = {
    MailState.QUEUED: (),
    MailState.CANCELLED: (MailState.CANCELLED,),
    MailState.LEASED: (MailState.LEASED,),
    MailState.HANDING_OVER: (MailState.LEASED, MailState.HANDING_OVER),
    MailState.SENT: (MailState.LEASED, MailState.HANDING_OVER, MailState.SENT),
    MailState.FAILED: (MailState.LEASED, MailState.FAILED),
    MailState.UNCERTAIN: (MailState.LEASED, MailState.HANDING_OVER, MailState.UNCERTAIN),
}


def move_mail(mail: OutboxMail, state: MailState) -> OutboxMail:
    """Move a queued email to `state`."""
    for step in PATHS[state]:
        mail.state = step
    return mail


def queue_mail(*, to: Account | None = None, kind: str = "password_changed", sensitive: bool = False) -> OutboxMail:
    """Create a queued email about an account, committed."""
    account = to or make_account()
    mail = queue(kind, as_recipient(account), account, now=clock.now(), sensitive=sensitive)
    assert mail is not None
    db.session.commit()
    return mail


def make_paused_address(address: str = "paused@example.org", *, account_id: int | None = None) -> AddressBounces:
    """Create an address that is paused after three hard bounces."""
    now = clock.now()
    bounces = AddressBounces(
        address=address, account_id=account_id, hard_bounces=3, last_at=now, last_status="5.1.1", paused_at=now
    )
    db.session.add(bounces)
    db.session.commit()
    return bounces
