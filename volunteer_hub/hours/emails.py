"""E-mails about hours: a query to the volunteer, their answer, a weekly reminder of what awaits review."""

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
    """Send the hospital's query about an entry to the volunteer."""
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
    """Send the volunteer's answer to a query to the reviewer who asked, or to those who review there now."""
    named = shares_data(entry.placement.request.institution_id, today=now.date())
    for person in _reviewers(entry.placement, reviewer_id, now=now):
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


def _reviewers(placement: Placement, reviewer_id: int | None, *, now: dt.datetime) -> list[Recipient]:
    """The reviewer while they hold a role there, else the partner contacts, else the directors."""
    institution = placement.request.institution
    people = list_recipients_with_role(
        *HOSTS, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )
    reviewer = [person for person in people if person.account_id == reviewer_id]
    return reviewer or _contacts(placement, now=now)


def _contacts(placement: Placement, *, now: dt.datetime) -> list[Recipient]:
    """The partner contacts, else the directors; never the volunteer in such a role."""
    for people in (
        placement_emails.partner_recipients(placement, now=now),
        placement_emails.director_recipients(placement, now=now),
    ):
        others = [person for person in people if person.account_id != placement.volunteer.account_id]
        if others:
            return others
    return []


def notify_awaiting_review(
    placement: Placement, number: int, oldest_on: dt.date, *, week: dt.datetime, now: dt.datetime
) -> int:
    """Tell the partner contacts, once per `week`, that hours await their review. Returns the number of e-mails."""
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
