"""E-mails about privacy: to whoever asks to be erased, and to those who answer."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import recipient
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.privacy import rules
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.queries import WARNING


def wish_received(wish: ErasureRequest, *, now: dt.datetime) -> None:
    """To the person: it has arrived, and until when it is answered."""
    queue("erasure_received", recipient(wish.account), wish, now=now, wish=wish)


def wish_asked(wish: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators: somebody asks to be erased."""
    for to in accounts.holders(Role.ADMIN, today=now.date()):
        queue("erasure_asked", to, wish, now=now, wish=wish)


def wish_due(wish: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators, once: the last day for an answer is near."""
    once = dt.datetime.combine(wish.due_on - rules.CHASE_BEFORE, dt.time(), dt.UTC)
    for to in accounts.holders(Role.ADMIN, today=now.date()):
        queue("erasure_due", to, wish, now=now, due_at=once, wish=wish)


def wish_granted(wish: ErasureRequest, *, erased_on: dt.date, now: dt.datetime) -> None:
    """To the person: yes, on which day, and how to take it back until then. No e-mail follows the erasure."""
    queue("erasure_granted", recipient(wish.account), wish, now=now, wish=wish, erased_on=erased_on)


def wish_refused(wish: ErasureRequest, *, now: dt.datetime) -> None:
    """To the person: no, and why."""
    queue("erasure_refused", recipient(wish.account), wish, now=now, wish=wish)


def wish_stuck(wish: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators, once: it was granted, but work is in the way."""
    for to in accounts.holders(Role.ADMIN, today=now.date()):
        queue("erasure_stuck", to, wish, now=now, due_at=wish.decided_at, wish=wish)


def downloaded(account: Account, *, now: dt.datetime) -> None:
    """To the person: their data was downloaded, so that a stranger cannot do it silently."""
    queue("data_downloaded", recipient(account), account, now=now, downloaded_at=now)


def account_unused(account: Account, *, erased_on: dt.date, now: dt.datetime) -> None:
    """To the owner of an unused account: it will be erased unless they sign in."""
    queue(WARNING, recipient(account), account, now=now, erased_on=erased_on)
