"""A person's download, and their wish to be erased from asking to its end."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import current_app

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
    """Everything that is kept about a person, as JSON: `{service, made_at, account_id, tables: {name: [row]}}`.

    Noted in the trail, and told to the person by e-mail. Raises Forbidden for anybody else's data.
    """
    if actor.account_id != account.id:
        raise Forbidden("Everybody downloads their own data only.")
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
    """Ask to be erased: anybody may, at any time; what is in the way has to end before it is granted.

    Raises Conflict when that was asked already.
    """
    if queries.find_open_request(account.id):
        raise Conflict("You have asked already. You see below how it stands.")
    wish = ErasureRequest(
        account=account,
        state=ErasureState.REQUESTED,
        request_message=message,
        requested_at=now,
        due_on=rules.due_on(now.date()),
    )
    db.session.add(wish)
    db.session.flush()
    audit.record("erasure.asked", wish, actor=actor, now=now)
    emails.notify_erasure_received(wish, now=now)
    emails.notify_erasure_requested(wish, now=now)
    return wish


def withdraw_request(erasure_request: ErasureRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Take one's wish back. Raises Conflict when it is too late, Forbidden for somebody else's."""
    if erasure_request.account_id != actor.account_id:
        raise Forbidden("Only the person can take it back.")
    audit.move(erasure_request, ErasureState.WITHDRAWN, actor=actor, now=now)


def count_mentions(account: Account) -> int:
    """How many texts of anybody hold the person's name or address, which an erasure takes out of them."""
    return sum(redaction.count_mentions(text) for text in rules.searchable_names([account.name, account.email]))


def grant_request(erasure_request: ErasureRequest, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Say yes: the person is erased after a week in which they may think again.

    Raises Forbidden for one's own wish, DomainError while work is in the way, Conflict for an answered one.
    """
    _decide(erasure_request, words=message, actor=actor, now=now)
    if queries.list_blockers(erasure_request.account):
        raise DomainError(BLOCKED_MESSAGE)
    audit.move(erasure_request, ErasureState.GRANTED, actor=actor, now=now, words=message)
    emails.notify_erasure_granted(erasure_request, erased_on=(now + rules.COOLING_OFF_PERIOD).date(), now=now)


def refuse_request(erasure_request: ErasureRequest, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Say no, with the reason that the law wants. Raises as `grant` does."""
    _decide(erasure_request, words=message, actor=actor, now=now)
    audit.move(erasure_request, ErasureState.REFUSED, actor=actor, now=now, words=message)
    emails.notify_erasure_refused(erasure_request, now=now)


def _decide(wish: ErasureRequest, *, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    if wish.account_id == actor.account_id:
        raise Forbidden("Somebody else has to answer your own wish.")
    wish.decided_by_id, wish.decided_at, wish.decision_message = actor.account_id, now, words


def fulfil_erasure_requests(now: dt.datetime) -> int:
    """Erase those whose granted wish has had its week. Gives their number.

    Where work came in the way since, or anything else does, the administrators are told, once; the others go on.
    """
    return sum(
        _fulfil(queries.get_erasure_request(erasure_request_id), now)
        for erasure_request_id in queries.list_request_ids_to_fulfil(now)
    )


def _fulfil(wish: ErasureRequest, now: dt.datetime) -> bool:
    if try_erase(wish.account, now=now):
        return True
    emails.notify_erasure_stuck(wish, now=now)
    return False


def remind_of_erasure_requests(now: dt.datetime) -> int:
    """Remind the administrators, once, of each wish whose last day is near. Gives the number of wishes."""
    wishes = queries.list_requests_due(now.date())
    for wish in wishes:
        emails.notify_erasure_due(wish, now=now)
    return len(wishes)
