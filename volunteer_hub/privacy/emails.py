"""Emails about privacy. Each function queues one kind of email in the caller's transaction."""

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
    """Queue the receipt of an erasure request to the person, with the day by which it is answered."""
    queue(
        "erasure_received",
        as_recipient(erasure_request.account),
        erasure_request,
        now=now,
        erasure_request=erasure_request,
    )


def notify_erasure_requested(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """Queue the notice of a new erasure request to each administrator."""
    for admin in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue("erasure_asked", admin, erasure_request, now=now, erasure_request=erasure_request)


def notify_erasure_due(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """Queue the reminder that an answer is due to each administrator; repeated calls queue it once."""
    due_at = dt.datetime.combine(erasure_request.due_on - rules.REMIND_BEFORE_DUE, dt.time(), dt.UTC)
    for admin in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue("erasure_due", admin, erasure_request, now=now, due_at=due_at, erasure_request=erasure_request)


def notify_erasure_granted(erasure_request: ErasureRequest, *, erased_on: dt.date, now: dt.datetime) -> None:
    """Queue the notice that the request is granted, with the day of the erasure and how to withdraw until then.

    It is the last email about the request: after the erasure there is no address to write to.
    """
    queue(
        "erasure_granted",
        as_recipient(erasure_request.account),
        erasure_request,
        now=now,
        erasure_request=erasure_request,
        erased_on=erased_on,
    )


def notify_erasure_refused(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """Queue the notice that the request is refused, with the reason."""
    queue(
        "erasure_refused",
        as_recipient(erasure_request.account),
        erasure_request,
        now=now,
        erasure_request=erasure_request,
    )


def notify_erasure_stuck(erasure_request: ErasureRequest, *, now: dt.datetime) -> None:
    """Queue the notice that a granted request is blocked to each administrator; repeated calls queue it once."""
    for admin in accounts.list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue(
            "erasure_stuck",
            admin,
            erasure_request,
            now=now,
            due_at=erasure_request.decided_at,
            erasure_request=erasure_request,
        )


def notify_data_downloaded(account: Account, *, now: dt.datetime) -> None:
    """Queue the notice of a download to the account's owner, so that a stranger cannot download unnoticed."""
    queue("data_downloaded", as_recipient(account), account, now=now, downloaded_at=now)


def notify_retention_warning(account: Account, *, erased_on: dt.date, now: dt.datetime) -> None:
    """Queue the warning that an unused account will be erased unless its owner signs in."""
    queue(WARNING_KIND, as_recipient(account), account, now=now, erased_on=erased_on)
