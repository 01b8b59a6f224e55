"""State changes of a request: submit, open, return, withdraw, close, reopen, expire."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.template_filters import label
from volunteer_hub.partner_requests import emails, queries, rules
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.service.permissions import require
from volunteer_hub.partner_requests.service.signals import request_ended
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes import rules as programme_rules


def submit(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Submit a draft to the director. Raises DomainError with a list of what is missing."""
    require(Action.SUBMIT, request, actor=actor)
    programme_rules.require_not_closed(request.programme.state)
    gaps = queries.list_gaps(request, now=now)
    if gaps:
        raise DomainError(
            _("Before it can be sent: %(gaps)s.", gaps="; ".join(label(gap) for gap in gaps)), code="request_incomplete"
        )
    request.submitted_at = request.updated_at = now
    audit.move(request, RequestState.SUBMITTED, actor=actor, now=now)
    search_index.refresh(request)
    emails.notify_submitted(request, actor=actor, now=now)


def open_request(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Open a submitted request to volunteers. Raises DomainError when its last day to respond is over."""
    require(Action.OPEN, request, actor=actor)
    programme_rules.require_not_closed(request.programme.state)
    if rules.has_deadline_passed(request.respond_by_on, today=queries.hospital_today(request, now=now)):
        raise DomainError(
            _("The last day to respond has passed. Return the request and ask the partner for a new date."),
            code="response_day_passed",
        )
    _open(request, actor=actor, now=now)


def _open(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    request.opened_at = request.updated_at = now
    request.return_message = None
    audit.move(request, RequestState.OPEN, actor=actor, now=now)
    search_index.refresh(request)
    emails.notify_opened(request, actor=actor, now=now)


def return_request(request: PartnerRequest, *, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Return a submitted request to the partner with a message."""
    require(Action.RETURN, request, actor=actor)
    request.return_message, request.updated_at = message, now
    audit.move(request, RequestState.RETURNED, actor=actor, now=now, note=message)
    emails.notify_returned(request, actor=actor, now=now)


def withdraw(request: PartnerRequest, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Withdraw a request that is not filled yet."""
    require(Action.WITHDRAW, request, actor=actor)
    before = request.state
    _end(request, RequestState.WITHDRAWN, actor=actor, now=now, reason=reason)
    if before in {RequestState.SUBMITTED, RequestState.OPEN}:
        emails.notify_withdrawn(request, reason=reason, actor=actor, now=now)


def close(request: PartnerRequest, *, reason: str | None = None, actor: Viewer, now: dt.datetime) -> None:
    """Close an open or filled request: no more volunteers are sought. Its placements go on."""
    require(Action.CLOSE, request, actor=actor)
    _end(request, RequestState.CLOSED, actor=actor, now=now, reason=reason)


def _end(
    request: PartnerRequest, state: RequestState, *, actor: Viewer | None, now: dt.datetime, reason: str | None = None
) -> None:
    has_candidates = request.state in {RequestState.OPEN, RequestState.FILLED}
    request.updated_at = now
    audit.move(request, state, actor=actor, now=now, note=reason)
    db.session.flush()
    search_index.remove(request)
    if has_candidates:
        request_ended.send(request, actor=actor, now=now)


def reopen(
    request: PartnerRequest,
    *,
    respond_by_on: dt.date,
    earliest_start_on: dt.date | None = None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Reopen an expired request with new dates. Raises DomainError, with the field, for invalid dates."""
    require(Action.REOPEN, request, actor=actor)
    programme_rules.require_not_closed(request.programme.state)
    start = earliest_start_on or request.earliest_start_on
    check_dates(request, earliest_start_on=start, respond_by_on=respond_by_on, now=now)
    request.respond_by_on, request.earliest_start_on = respond_by_on, start
    _open(request, actor=actor, now=now)


def check_dates(
    request: PartnerRequest, *, earliest_start_on: dt.date | None, respond_by_on: dt.date | None, now: dt.datetime
) -> None:
    """Validate the two dates of a request. Raises DomainError, with the field, for the first fault."""
    gaps = rules.list_date_gaps(
        earliest_start_on,
        respond_by_on,
        today=queries.hospital_today(request, now=now),
        programme_ends_on=request.programme.ends_on,
    )
    for gap in gaps:
        late_start = gap is rules.RequestGap.START_AFTER_PROGRAMME
        raise DomainError(
            label(gap).capitalize(), field="earliest_start_on" if late_start else "respond_by_on", code=gap.value
        )


def expire_overdue(now: dt.datetime) -> int:
    """Expire the open requests whose last day to respond is over (a job). Returns their number."""
    overdue = queries.list_overdue(now)
    for request in overdue:
        _end(request, RequestState.EXPIRED, actor=None, now=now)
        emails.notify_expired(request, now=now)
    return len(overdue)
