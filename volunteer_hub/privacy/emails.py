"""E-mails about privacy: to whoever asks to be erased, and to those who answer."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.privacy import rules
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.queries import WARNING_KIND


def notify_erasure_received(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """To the person: it has arrived, and until when it is answered."""
    queue("erasure_received", as_recipient(erasure_request.account), erasure_request, now=now, wish=erasure_request)


def notify_erasure_requested(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators: somebody asks to be erased."""
    for to in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue("erasure_asked", to, erasure_request, now=now, wish=erasure_request)


def notify_erasure_due(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators, once: the last day for an answer is near."""
    once = dt.datetime.combine(erasure_request.due_on - rules.REMIND_BEFORE_DUE, dt.time(), dt.UTC)
    for to in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue("erasure_due", to, erasure_request, now=now, due_at=once, wish=erasure_request)


def notify_erasure_granted(erasure_request: ErasureRequest, *, erased_on: dt.date, now: dt.datetime) -> None:
    """To the person: yes, on which day, and how to take it back until then. No e-mail follows the erasure."""
    queue(
        "erasure_granted",
        as_recipient(erasure_request.account),
        erasure_request,
        now=now,
        wish=erasure_request,
        erased_on=erased_on,
    )


def notify_erasure_refused(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """To the person: no, and why."""
    queue("erasure_refused", as_recipient(erasure_request.account), erasure_request, now=now, wish=erasure_request)


def notify_erasure_stuck(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """To the administrators, once: it was granted, but work is in the way."""
    for to in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue("erasure_stuck", to, erasure_request, now=now, due_at=erasure_request.decided_at, wish=erasure_request)


def notify_data_downloaded(account: Account, *, now: dt.datetime) -> None:
    """To the person: their data was downloaded, so that a stranger cannot do it silently."""
    queue("data_downloaded", as_recipient(account), account, now=now, downloaded_at=now)


def notify_retention_warning(account: Account, *, erased_on: dt.date, now: dt.datetime) -> None:
    """To the owner of an unused account: it will be erased unless they sign in."""
    queue(WARNING_KIND, as_recipient(account), account, now=now, erased_on=erased_on)
