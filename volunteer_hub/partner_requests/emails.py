"""E-mails about requests: to the directors who approve them and to the hospital's contacts."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.partner_requests.models import PartnerRequest


def approvers(request: PartnerRequest, *, now: dt.datetime) -> list[Recipient]:
    """Return the directors of the hospital, or the coordinators when there is none; never the request's contact."""
    institution, today = request.institution, now.date()
    directors = accounts.list_recipients_with_role(
        Role.DIRECTOR, today=today, country=institution.country_iso2, institution_id=institution.id
    )
    others = [person for person in directors if person.account_id != request.contact_id]
    if others:
        return others
    staff = accounts.list_recipients_with_role(Role.COORDINATOR, today=today)
    return [person for person in staff if person.account_id != request.contact_id]


def partner_recipients(request: PartnerRequest, *, now: dt.datetime) -> list[Recipient]:
    """Return the request's contact, or all contacts of the institution when that account is no longer active."""
    if request.contact.state is AccountState.ACTIVE:
        return [accounts.as_recipient(request.contact)]
    return accounts.list_recipients_with_role(Role.PARTNER, today=now.date(), institution_id=request.institution_id)


def notify_submitted(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Queue the notice to the approvers and the receipt to the partner."""
    for person in approvers(request, now=now):
        queue("request_submitted", person, request, now=now, request=request, sender=actor.name)
    for person in partner_recipients(request, now=now):
        queue("request_received", person, request, now=now, request=request)


def notify_opened(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Tell the partner that volunteers can see the request."""
    for person in partner_recipients(request, now=now):
        queue("request_opened", person, request, now=now, request=request, sender=actor.name)


def notify_returned(request: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """Send the director's questions to the partner."""
    for person in partner_recipients(request, now=now):
        queue("request_returned", person, request, now=now, request=request, sender=actor.name)


def notify_withdrawn(request: PartnerRequest, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Tell the approvers and the partner, except the actor, that the request was withdrawn and why."""
    people = approvers(request, now=now) + partner_recipients(request, now=now)
    for person in people:
        if person.account_id != actor.account_id:
            queue("request_withdrawn", person, request, now=now, request=request, reason=reason, sender=actor.name)


def notify_expired(request: PartnerRequest, *, now: dt.datetime) -> None:
    """Tell the partner that the time to respond is over, and how the request can be reopened."""
    for person in partner_recipients(request, now=now):
        queue("request_expired", person, request, now=now, request=request)
