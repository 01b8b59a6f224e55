"""Emails about matches, queued for those who have to act at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from volunteer_hub.accounts.queries import as_recipient, list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.matching.models import Match, MatchRestriction

SEAT_FREE_KIND = "seat_free_volunteer"


def _volunteer_recipient(match: Match) -> Recipient:
    return as_recipient(match.volunteer.account)


def list_directors(match: Match, *, now: dt.datetime) -> list[Recipient]:
    """Return the directors (and acting deputies) who decide on a match."""
    institution = match.request.institution
    return list_recipients_with_role(
        Role.DIRECTOR, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )


def _queue_for_each(addressees: Iterable[Recipient], kind: str, match: Match, *, now: dt.datetime, sender: str) -> None:
    for addressee in addressees:
        queue(kind, addressee, match, now=now, match=match, request=match.request, sender=sender)


def notify_interest(match: Match, *, now: dt.datetime) -> None:
    """Queue the volunteer's interest for the directors, and a receipt for the volunteer."""
    name = match.volunteer.account.name
    _queue_for_each(list_directors(match, now=now), "interest_received", match, now=now, sender=name)
    _queue_for_each([_volunteer_recipient(match)], "interest_sent", match, now=now, sender="")


def notify_invited(match: Match, *, inviter: str, now: dt.datetime) -> None:
    """Queue a director's invitation for the volunteer."""
    _queue_for_each([_volunteer_recipient(match)], "invited", match, now=now, sender=inviter)


def notify_invitation_accepted(match: Match, *, now: dt.datetime) -> None:
    """Queue the volunteer's acceptance for the directors, who decide."""
    _queue_for_each(
        list_directors(match, now=now), "invitation_accepted", match, now=now, sender=match.volunteer.account.name
    )


def notify_invitation_declined(match: Match, *, now: dt.datetime) -> None:
    """Queue the volunteer's refusal for the directors, who may invite another volunteer."""
    _queue_for_each(
        list_directors(match, now=now), "invitation_declined", match, now=now, sender=match.volunteer.account.name
    )


def notify_match_withdrawn(match: Match, *, now: dt.datetime) -> None:
    """Queue the volunteer's withdrawal for the directors."""
    _queue_for_each(
        list_directors(match, now=now), "match_withdrawn", match, now=now, sender=match.volunteer.account.name
    )


def notify_match_declined(match: Match, *, now: dt.datetime) -> None:
    """Queue the host's refusal with its reason for the volunteer."""
    _queue_for_each([_volunteer_recipient(match)], "match_declined", match, now=now, sender="")


def notify_seats_filled(match: Match, *, now: dt.datetime) -> None:
    """Queue for the volunteer that another volunteer has taken the last seat."""
    _queue_for_each([_volunteer_recipient(match)], "seats_filled", match, now=now, sender="")


def notify_request_ended(match: Match, *, now: dt.datetime) -> None:
    """Queue for the volunteer that the request was withdrawn, closed or has expired."""
    _queue_for_each([_volunteer_recipient(match)], "candidates_request_ended", match, now=now, sender="")


def notify_proposed(match: Match, *, now: dt.datetime) -> None:
    """Queue a round's proposal for the volunteer."""
    _queue_for_each([_volunteer_recipient(match)], "proposed", match, now=now, sender="")


def notify_answer_reminder(match: Match, *, now: dt.datetime) -> None:
    """Queue a reminder for the volunteer that a proposal or invitation expires soon."""
    _queue_for_each([_volunteer_recipient(match)], "answer_reminder", match, now=now, sender="")


def notify_invitation_expired(match: Match, *, now: dt.datetime) -> None:
    """Queue for the volunteer and the directors that an invitation expired without an answer."""
    _queue_for_each([_volunteer_recipient(match)], "invitation_expired", match, now=now, sender="")
    _queue_for_each(list_directors(match, now=now), "invitation_unanswered", match, now=now, sender="")


def notify_proposal_expired(match: Match, *, now: dt.datetime) -> None:
    """Queue for the volunteer that a round's proposal expired and another volunteer is asked."""
    _queue_for_each([_volunteer_recipient(match)], "proposal_expired", match, now=now, sender="")


def notify_decision_overdue(match: Match, *, now: dt.datetime) -> None:
    """Queue a reminder for the directors and coordinators that a decision is late. A late decision never approves."""
    addressees = [*list_directors(match, now=now), *list_recipients_with_role(Role.COORDINATOR, today=now.date())]
    _queue_for_each(addressees, "decision_overdue", match, now=now, sender="")


def notify_seat_free_host(
    match: Match, *, waiting_count: int, directors_informed: bool, freed_at: dt.datetime, now: dt.datetime
) -> int:
    """Queue the news of a free seat for the hospital's partners and, unless informed already, its directors.

    Skips the account that decided the match. Returns the number of emails queued.
    """
    request = match.request
    contacts = list_recipients_with_role(Role.PARTNER, today=now.date(), institution_id=request.institution_id)
    request_contacts = [addressee for addressee in contacts if addressee.account_id == request.contact_id]
    addressees = (request_contacts or contacts) + ([] if directors_informed else list_directors(match, now=now))
    context: dict[str, Any] = {"match": match, "request": request, "waiting": waiting_count}
    addressees_by_email = {
        addressee.email: addressee for addressee in addressees if addressee.account_id != match.decided_by_id
    }
    mails = [
        queue("seat_free_host", addressee, match, now=now, due_at=freed_at, **context)
        for addressee in addressees_by_email.values()
    ]
    return sum(mail is not None for mail in mails)


def notify_seat_free_volunteer(freed: Match, declined_match: Match, *, freed_at: dt.datetime, now: dt.datetime) -> int:
    """Queue the news of a free seat for a volunteer who was declined when the last seat was taken.

    Returns the number of emails queued.
    """
    context: dict[str, Any] = {"match": declined_match, "request": declined_match.request}
    mail = queue(SEAT_FREE_KIND, _volunteer_recipient(declined_match), freed, now=now, due_at=freed_at, **context)
    return int(mail is not None)


def notify_volunteer_excluded(restriction: MatchRestriction, *, sender: str, now: dt.datetime) -> None:
    """Queue a hospital's exclusion for the coordinators; the volunteer never learns of it."""
    for coordinator in list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        if coordinator.account_id != restriction.volunteer.account_id:
            queue("volunteer_excluded", coordinator, restriction, now=now, bar=restriction, sender=sender)
