"""E-mails about requests: to the directors who decide and to the partner who waits."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.partner_requests.models import PartnerRequest


def approvers(ask: PartnerRequest, *, now: dt.datetime) -> list[Recipient]:
    """The directors there, or the coordinators when there is none; never the one who raised it."""
    institution, today = ask.institution, now.date()
    directors = accounts.list_recipients_with_role(
        Role.DIRECTOR, today=today, country=institution.country_iso2, institution_id=institution.id
    )
    others = [person for person in directors if person.account_id != ask.contact_id]
    if others:
        return others
    staff = accounts.list_recipients_with_role(Role.COORDINATOR, today=today)
    return [person for person in staff if person.account_id != ask.contact_id]


def partner_recipients(ask: PartnerRequest, *, now: dt.datetime) -> list[Recipient]:
    """Who raised it, or the institution's contacts when that person has left."""
    if ask.contact.state is AccountState.ACTIVE:
        return [accounts.as_recipient(ask.contact)]
    return accounts.list_recipients_with_role(Role.PARTNER, today=now.date(), institution_id=ask.institution_id)


def notify_submitted(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """To those who may open it; and a receipt to the partner."""
    for person in approvers(ask, now=now):
        queue("request_submitted", person, ask, now=now, ask=ask, sender=actor.name)
    for person in partner_recipients(ask, now=now):
        queue("request_received", person, ask, now=now, ask=ask)


def notify_opened(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """To the partner: volunteers can see it."""
    for person in partner_recipients(ask, now=now):
        queue("request_opened", person, ask, now=now, ask=ask, sender=actor.name)


def notify_returned(ask: PartnerRequest, *, actor: Viewer, now: dt.datetime) -> None:
    """To the partner: the director's questions."""
    for person in partner_recipients(ask, now=now):
        queue("request_returned", person, ask, now=now, ask=ask, sender=actor.name)


def notify_withdrawn(ask: PartnerRequest, *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """To the directors, and to the partner when somebody else withdrew it."""
    people = approvers(ask, now=now) + partner_recipients(ask, now=now)
    for person in people:
        if person.account_id != actor.account_id:
            queue("request_withdrawn", person, ask, now=now, ask=ask, why_words=reason, sender=actor.name)


def notify_expired(ask: PartnerRequest, *, now: dt.datetime) -> None:
    """To the partner: the time to respond is over, and how it can be opened again."""
    for person in partner_recipients(ask, now=now):
        queue("request_expired", person, ask, now=now, ask=ask)
