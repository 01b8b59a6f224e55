"""E-mails about matches: to whoever waits, at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from volunteer_hub.accounts.queries import as_recipient, list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.matching.models import Match, MatchRestriction

SEAT_FREE_KIND = "seat_free_volunteer"


def _volunteer(match: Match) -> Recipient:
    return as_recipient(match.volunteer.account)


def list_directors(match: Match, *, now: dt.datetime) -> list[Recipient]:
    """The directors (and acting deputies) who decide on a match."""
    institution = match.request.institution
    return list_recipients_with_role(
        Role.DIRECTOR, today=now.date(), country=institution.country_iso2, institution_id=institution.id
    )


def _to(people: Iterable[Recipient], kind: str, match: Match, *, now: dt.datetime, sender: str) -> None:
    for person in people:
        queue(kind, person, match, now=now, match=match, request=match.request, sender=sender)


def queue_interest(match: Match, *, now: dt.datetime) -> None:
    """Somebody came forward: the directors decide, the volunteer has a receipt."""
    name = match.volunteer.account.name
    _to(list_directors(match, now=now), "interest_received", match, now=now, sender=name)
    _to([_volunteer(match)], "interest_sent", match, now=now, sender="")


def queue_invited(match: Match, *, inviter: str, now: dt.datetime) -> None:
    """A director asks a volunteer."""
    _to([_volunteer(match)], "invited", match, now=now, sender=inviter)


def queue_invitation_accepted(match: Match, *, now: dt.datetime) -> None:
    """The volunteer said yes: the directors decide."""
    _to(list_directors(match, now=now), "invitation_accepted", match, now=now, sender=match.volunteer.account.name)


def queue_invitation_declined(match: Match, *, now: dt.datetime) -> None:
    """The volunteer said no: the directors may ask somebody else."""
    _to(list_directors(match, now=now), "invitation_declined", match, now=now, sender=match.volunteer.account.name)


def queue_match_withdrawn(match: Match, *, now: dt.datetime) -> None:
    """The volunteer withdrew."""
    _to(list_directors(match, now=now), "match_withdrawn", match, now=now, sender=match.volunteer.account.name)


def queue_match_declined(match: Match, *, now: dt.datetime) -> None:
    """The host said no, kindly and with the reason."""
    _to([_volunteer(match)], "match_declined", match, now=now, sender="")


def queue_seats_filled(match: Match, *, now: dt.datetime) -> None:
    """The last seat went to somebody else."""
    _to([_volunteer(match)], "seats_filled", match, now=now, sender="")


def queue_request_ended(match: Match, *, now: dt.datetime) -> None:
    """The request was withdrawn, closed or expired."""
    _to([_volunteer(match)], "candidates_request_ended", match, now=now, sender="")


def queue_proposed(match: Match, *, now: dt.datetime) -> None:
    """A round found the two to fit: the volunteer is asked."""
    _to([_volunteer(match)], "proposed", match, now=now, sender="")


def queue_answer_reminder(match: Match, *, now: dt.datetime) -> None:
    """The time to answer a proposal or an invitation ends soon."""
    _to([_volunteer(match)], "answer_reminder", match, now=now, sender="")


def queue_invitation_expired(match: Match, *, now: dt.datetime) -> None:
    """Nobody answered a director's invitation: the volunteer is told, and the directors who wait for the answer."""
    _to([_volunteer(match)], "invitation_expired", match, now=now, sender="")
    _to(list_directors(match, now=now), "invitation_unanswered", match, now=now, sender="")


def queue_proposal_expired(match: Match, *, now: dt.datetime) -> None:
    """Nobody answered a round's proposal: the volunteer is told that somebody else is asked."""
    _to([_volunteer(match)], "proposal_expired", match, now=now, sender="")


def queue_decision_overdue(match: Match, *, now: dt.datetime) -> None:
    """A decision is late: the directors and the coordinators are reminded. Silence never approves."""
    people = [*list_directors(match, now=now), *list_recipients_with_role(Role.COORDINATOR, today=now.date())]
    _to(people, "decision_overdue", match, now=now, sender="")


def queue_seat_free_host(
    match: Match, *, waiting_count: int, directors_informed: bool, freed_at: dt.datetime, now: dt.datetime
) -> int:
    """A seat is free: the hospital's people hear of it, but for whoever decided it or was told at once."""
    request = match.request
    contacts = list_recipients_with_role(Role.PARTNER, today=now.date(), institution_id=request.institution_id)
    raisers = [one for one in contacts if one.account_id == request.contact_id]
    people = (raisers or contacts) + ([] if directors_informed else list_directors(match, now=now))
    context: dict[str, Any] = {"match": match, "request": request, "waiting": waiting_count}
    wanted = {one.email: one for one in people if one.account_id != match.decided_by_id}
    mails = [queue("seat_free_host", one, match, now=now, due_at=freed_at, **context) for one in wanted.values()]
    return sum(mail is not None for mail in mails)


def queue_seat_free_volunteer(freed: Match, declined_match: Match, *, freed_at: dt.datetime, now: dt.datetime) -> int:
    """A seat is free again: somebody who waited when the last one was taken may come forward anew."""
    context: dict[str, Any] = {"match": declined_match, "request": declined_match.request}
    mail = queue(SEAT_FREE_KIND, _volunteer(declined_match), freed, now=now, due_at=freed_at, **context)
    return int(mail is not None)


def queue_volunteer_excluded(restriction: MatchRestriction, *, sender: str, now: dt.datetime) -> None:
    """A hospital does not want somebody proposed to it any more: the coordinators are told, the volunteer never."""
    for person in list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        if person.account_id != restriction.volunteer.account_id:
            queue("volunteer_excluded", person, restriction, now=now, bar=restriction, sender=sender)
