"""A person's download of their data, and erasure requests from submission to their end."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.privacy import emails, queries, rules
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.service import redaction
from volunteer_hub.privacy.service.erasure import BLOCKED_MESSAGE, try_erase
from volunteer_hub.privacy.states import ErasureState


def export_personal_data(account: Account, *, actor: Viewer, now: dt.datetime) -> str:
    """Return everything kept about a person as JSON: `{service, made_at, account_id, tables: {name: [row]}}`.

    Records the download in the audit log and notifies the person by email. Raises Forbidden for another person's data.
    """
    if actor.account_id != account.id:
        raise Forbidden(_("Everybody downloads their own data only."), code="not_your_data")
    audit.record("privacy.downloaded", account, actor=actor, now=now)
    emails.notify_data_downloaded(account, now=now)
    content: dict[str, Any] = {
        "service": current_app.config["SERVICE_NAME"],
        "made_at": now.isoformat(),
        "account_id": account.id,
        "tables": queries.list_rows_about(account.id),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def request_erasure(account: Account, *, message: str | None, actor: Viewer, now: dt.datetime) -> ErasureRequest:
    """Submit an erasure request and notify the administrators. Blockers need to end only before it is granted.

    Raises Conflict if the account has an open request.
    """
    if queries.find_open_request(account.id):
        raise Conflict(_("You have asked already. You see below how it stands."), code="erasure_already_requested")
    erasure_request = ErasureRequest(
        account=account,
        state=ErasureState.REQUESTED,
        request_message=message,
        requested_at=now,
        due_on=rules.due_on(now.date()),
    )
    db.session.add(erasure_request)
    db.session.flush()
    audit.record("erasure.asked", erasure_request, actor=actor, now=now)
    emails.notify_erasure_received(erasure_request, now=now)
    emails.notify_erasure_requested(erasure_request, now=now)
    return erasure_request


def withdraw_request(erasure_request: ErasureRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Withdraw one's own request. Raises Conflict if it has ended, Forbidden for another person's."""
    if erasure_request.account_id != actor.account_id:
        raise Forbidden(_("Only the person can take it back."), code="not_your_erasure_request")
    audit.move(erasure_request, ErasureState.WITHDRAWN, actor=actor, now=now)


def count_mentions(account: Account) -> int:
    """Count the texts that mention the person's name or address, which an erasure would redact."""
    return sum(redaction.count_mentions(text) for text in rules.searchable_names([account.name, account.email]))


def grant_request(erasure_request: ErasureRequest, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Grant a request: the person is erased after the cooling-off period unless they withdraw.

    Raises Forbidden for the actor's own request, DomainError while something blocks the erasure, Conflict if the
    request is decided already.
    """
    _record_decision(erasure_request, message=message, actor=actor, now=now)
    if queries.list_blockers(erasure_request.account):
        raise DomainError(BLOCKED_MESSAGE, code="erasure_blocked")
    audit.move(erasure_request, ErasureState.GRANTED, actor=actor, now=now, note=message)
    emails.notify_erasure_granted(erasure_request, erased_on=(now + rules.COOLING_OFF_PERIOD).date(), now=now)


def refuse_request(erasure_request: ErasureRequest, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Refuse a request with the reason that the law requires. Raises Forbidden and Conflict as `grant_request` does."""
    _record_decision(erasure_request, message=message, actor=actor, now=now)
    audit.move(erasure_request, ErasureState.REFUSED, actor=actor, now=now, note=message)
    emails.notify_erasure_refused(erasure_request, now=now)


def _record_decision(erasure_request: ErasureRequest, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    if erasure_request.account_id == actor.account_id:
        raise Forbidden(_("Somebody else has to answer your own wish."), code="own_erasure_request")
    erasure_request.decided_by_id, erasure_request.decided_at, erasure_request.decision_message = (
        actor.account_id,
        now,
        message,
    )


def fulfil_erasure_requests(now: dt.datetime) -> int:
    """Erase the people whose granted requests are past the cooling-off period. Returns their number.

    If an erasure is blocked or fails, the administrators are notified once and the others are still done.
    """
    return sum(
        _fulfil(queries.get_erasure_request(erasure_request_id), now)
        for erasure_request_id in queries.list_request_ids_to_fulfil(now)
    )


def _fulfil(erasure_request: ErasureRequest, now: dt.datetime) -> bool:
    if try_erase(erasure_request.account, now=now):
        return True
    emails.notify_erasure_stuck(erasure_request, now=now)
    return False


def remind_of_erasure_requests(now: dt.datetime) -> int:
    """Remind the administrators of each request that is due soon, once. Returns the number of such requests."""
    requests = queries.list_requests_due(now.date())
    for erasure_request in requests:
        emails.notify_erasure_due(erasure_request, now=now)
    return len(requests)
