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
from volunteer_hub.privacy.service import traces
from volunteer_hub.privacy.service.erasing import IN_THE_WAY, erased_alone
from volunteer_hub.privacy.states import ErasureState


def download(account: Account, *, actor: Viewer, now: dt.datetime) -> str:
    """Everything that is kept about a person, as JSON: `{service, made_at, account_id, tables: {name: [row]}}`.

    Noted in the trail, and told to the person by e-mail. Raises Forbidden for anybody else's data.
    """
    if actor.account_id != account.id:
        raise Forbidden("Everybody downloads their own data only.")
    audit.record("privacy.downloaded", account, actor=actor, now=now)
    emails.downloaded(account, now=now)
    content: dict[str, Any] = {
        "service": current_app.config["SERVICE_NAME"],
        "made_at": now.isoformat(),
        "account_id": account.id,
        "tables": queries.rows_about(account.id),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def ask(account: Account, *, words: str | None, actor: Viewer, now: dt.datetime) -> ErasureRequest:
    """Ask to be erased: anybody may, at any time; what is in the way has to end before it is granted.

    Raises Conflict when that was asked already.
    """
    if queries.live_wish(account.id):
        raise Conflict("You have asked already. You see below how it stands.")
    wish = ErasureRequest(
        account=account, state=ErasureState.ASKED, words=words, asked_at=now, due_on=rules.due_on(now.date())
    )
    db.session.add(wish)
    db.session.flush()
    audit.record("erasure.asked", wish, actor=actor, now=now)
    emails.wish_received(wish, now=now)
    emails.wish_asked(wish, now=now)
    return wish


def withdraw(wish: ErasureRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Take one's wish back. Raises Conflict when it is too late, Forbidden for somebody else's."""
    if wish.account_id != actor.account_id:
        raise Forbidden("Only the person can take it back.")
    audit.move(wish, ErasureState.WITHDRAWN, actor=actor, now=now)


def number_of_traces(account: Account) -> int:
    """How many texts of anybody hold the person's name or address, which an erasure takes out of them."""
    return sum(traces.number_of(text) for text in rules.searched([account.name, account.email]))


def grant(wish: ErasureRequest, *, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Say yes: the person is erased after a week in which they may think again.

    Raises Forbidden for one's own wish, DomainError while work is in the way, Conflict for an answered one.
    """
    _decide(wish, words=words, actor=actor, now=now)
    if queries.in_the_way(wish.account):
        raise DomainError(IN_THE_WAY)
    audit.move(wish, ErasureState.GRANTED, actor=actor, now=now, words=words)
    emails.wish_granted(wish, erased_on=(now + rules.COOLING).date(), now=now)


def refuse(wish: ErasureRequest, *, words: str, actor: Viewer, now: dt.datetime) -> None:
    """Say no, with the reason that the law wants. Raises as `grant` does."""
    _decide(wish, words=words, actor=actor, now=now)
    audit.move(wish, ErasureState.REFUSED, actor=actor, now=now, words=words)
    emails.wish_refused(wish, now=now)


def _decide(wish: ErasureRequest, *, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    if wish.account_id == actor.account_id:
        raise Forbidden("Somebody else has to answer your own wish.")
    wish.decided_by_id, wish.decided_at, wish.decision_words = actor.account_id, now, words


def fulfil_wishes(now: dt.datetime) -> int:
    """Erase those whose granted wish has had its week. Gives their number.

    Where work came in the way since, or anything else does, the administrators are told, once; the others go on.
    """
    return sum(_fulfil(queries.get_wish(wish_id), now) for wish_id in queries.wishes_to_grant(now))


def _fulfil(wish: ErasureRequest, now: dt.datetime) -> bool:
    if erased_alone(wish.account, now=now):
        return True
    emails.wish_stuck(wish, now=now)
    return False


def chase_wishes(now: dt.datetime) -> int:
    """Remind the administrators, once, of each wish whose last day is near. Gives the number of wishes."""
    wishes = queries.wishes_due(now.date())
    for wish in wishes:
        emails.wish_due(wish, now=now)
    return len(wishes)
