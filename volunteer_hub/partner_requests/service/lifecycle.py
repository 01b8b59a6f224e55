"""Sending, opening, returning, withdrawing, closing, expiring: the life of a request."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.pages import label
from volunteer_hub.partner_requests import emails, queries, rules
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.service.permissions import require
from volunteer_hub.partner_requests.service.signals import request_ended
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes import rules as programme_rules


def submit(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Send a draft to the director. Raises DomainError that lists what is still missing."""
    require(Action.SUBMIT, ask, actor=actor)
    programme_rules.require_not_closed(ask.programme.state)
    gaps = queries.list_gaps(ask, now=now)
    if gaps:
        raise DomainError("Before it can be sent: " + "; ".join(label(gap) for gap in gaps) + ".")
    ask.submitted_at = ask.updated_at = now
    audit.move(ask, RequestState.SUBMITTED, actor=actor, now=now)
    search_index.refresh(ask)
    emails.notify_submitted(ask, actor=actor, now=now)


def open_request(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Let volunteers see it. Raises DomainError when the time to respond has run out meanwhile."""
    require(Action.OPEN, ask, actor=actor)
    programme_rules.require_not_closed(ask.programme.state)
    if rules.has_deadline_passed(ask.respond_by_on, today=queries.hospital_today(ask, now=now)):
        raise DomainError("The last day to respond has passed. Return the request and ask the partner for a new date.")
    _open(ask, actor=actor, now=now)


def _open(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    ask.opened_at = ask.updated_at = now
    ask.return_message = None
    audit.move(ask, RequestState.OPEN, actor=actor, now=now)
    search_index.refresh(ask)
    emails.notify_opened(ask, actor=actor, now=now)


def return_request(ask: PartnerRequest, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Give it back to the partner with questions."""
    require(Action.RETURN, ask, actor=actor)
    ask.return_message, ask.updated_at = message, now
    audit.move(ask, RequestState.RETURNED, actor=actor, now=now, words=message)
    emails.notify_returned(ask, actor=actor, now=now)


def withdraw(ask: PartnerRequest, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Take it back, at any step before it is filled."""
    require(Action.WITHDRAW, ask, actor=actor)
    before = ask.state
    _end(ask, RequestState.WITHDRAWN, actor=actor, now=now, words=reason)
    if before in {RequestState.SUBMITTED, RequestState.OPEN}:
        emails.notify_withdrawn(ask, reason=reason, actor=actor, now=now)


def close(ask: PartnerRequest, *, reason: str | None = None, actor: Viewer, now: dt.datetime) -> None:
    """Say that nobody else is looked for. Placements that run go on."""
    require(Action.CLOSE, ask, actor=actor)
    _end(ask, RequestState.CLOSED, actor=actor, now=now, words=reason)


def _end(
    ask: PartnerRequest, state: RequestState, *, actor: Viewer | None, now: dt.datetime, words: str | None = None
) -> None:
    candidates_wait = ask.state in {RequestState.OPEN, RequestState.FILLED}
    ask.updated_at = now
    audit.move(ask, state, actor=actor, now=now, words=words)
    db.session.flush()
    search_index.remove(ask)
    if candidates_wait:
        request_ended.send(ask, actor=actor, now=now)


def reopen(
    ask: PartnerRequest,
    *,
    respond_by_on: dt.date,
    earliest_start_on: dt.date | None = None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Open an expired request again with new dates. Raises DomainError for dates that do not fit."""
    require(Action.REOPEN, ask, actor=actor)
    programme_rules.require_not_closed(ask.programme.state)
    start = earliest_start_on or ask.earliest_start_on
    check_dates(ask, earliest_start_on=start, respond_by_on=respond_by_on, now=now)
    ask.respond_by_on, ask.earliest_start_on = respond_by_on, start
    _open(ask, actor=actor, now=now)


def check_dates(
    ask: PartnerRequest, *, earliest_start_on: dt.date | None, respond_by_on: dt.date | None, now: dt.datetime
) -> None:
    """Refuse dates that cannot be meant, at the field."""
    gaps = rules.list_date_gaps(
        earliest_start_on,
        respond_by_on,
        today=queries.hospital_today(ask, now=now),
        programme_ends_on=ask.programme.ends_on,
    )
    for gap in gaps:
        late_start = gap is rules.RequestGap.START_AFTER_PROGRAMME
        raise DomainError(label(gap).capitalize(), field="earliest_start_on" if late_start else "respond_by_on")


def expire_overdue(now: dt.datetime) -> int:
    """A job: end the open requests whose last day to respond is over. Gives their number."""
    overdue = queries.list_overdue(now)
    for ask in overdue:
        _end(ask, RequestState.EXPIRED, actor=None, now=now)
        emails.notify_expired(ask, now=now)
    return len(overdue)
