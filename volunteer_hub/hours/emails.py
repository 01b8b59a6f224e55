"""E-mails about hours: a question to the volunteer, their answer, a weekly word on what waits."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts.queries import as_recipient, list_recipients_with_role
from volunteer_hub.core.access import Viewer
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.queries import HOSTS
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.placements import emails as placement_emails
from volunteer_hub.placements.models import Placement


def notify_queried(entry: HoursEntry, *, actor: Viewer, now: dt.datetime) -> None:
    """The hospital or its Director asks about an entry: the volunteer is told, with their words."""
    queue(
        "hours_queried",
        as_recipient(entry.volunteer.account),
        entry,
        now=now,
        entry=entry,
        request=entry.placement.request,
        sender=actor.name,
    )


def notify_answered(
    entry: HoursEntry, *, answer: str | None, reviewer_id: int | None, actor: Viewer, now: dt.datetime
) -> None:
    """The volunteer corrected what was queried: whoever asked is told, or who acts there now."""
    named = shares_data(entry.placement.request.institution_id, today=now.date())
    for person in _askers(entry.placement, reviewer_id, now=now):
        queue(
            "hours_answered",
            person,
            entry,
            now=now,
            entry=entry,
            request=entry.placement.request,
            sender=actor.name if named else _("The volunteer"),
            answer=answer if named else None,
        )


def _askers(placement: Placement, asked_by: int | None, *, now: dt.datetime) -> list[Recipient]:
    """Who asked, while they still act there; else the partner contacts, else the directors."""
    institution = placement.request.institution
    people = list_recipients_with_role(
        *HOSTS, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )
    found = [one for one in people if one.account_id == asked_by]
    return found or _contacts(placement, now=now)


def _contacts(placement: Placement, *, now: dt.datetime) -> list[Recipient]:
    """The partner contacts, else the directors; never the volunteer in such a role."""
    for people in (
        placement_emails.partner_recipients(placement, now=now),
        placement_emails.director_recipients(placement, now=now),
    ):
        found = [one for one in people if one.account_id != placement.volunteer.account_id]
        if found:
            return found
    return []


def notify_awaiting_review(
    placement: Placement, number: int, oldest_on: dt.date, *, week: dt.datetime, now: dt.datetime
) -> int:
    """Hours have waited for more than a week: the partner contacts are told, once in that week. Gives how many were."""
    queued = [
        queue(
            "hours_waiting",
            person,
            placement,
            now=now,
            due_at=week,
            placement=placement,
            request=placement.request,
            number=number,
            oldest_on=oldest_on,
        )
        for person in _contacts(placement, now=now)
    ]
    return sum(mail is not None for mail in queued)
