"""E-mails about matches: to whoever waits, at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from volunteer_hub.accounts.queries import holders, recipient
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import Recipient, queue
from volunteer_hub.matching.models import Match, MatchBar

SEAT_FREE = "seat_free_volunteer"


def _volunteer(match: Match) -> Recipient:
    return recipient(match.volunteer.account)


def directors_of(match: Match, *, now: dt.datetime) -> list[Recipient]:
    """The directors (and acting deputies) who decide on a match."""
    institution = match.request.institution
    return holders(Role.DIRECTOR, today=now.date(), country=institution.country_iso2, institution_id=institution.id)


def _to(people: Iterable[Recipient], kind: str, match: Match, *, now: dt.datetime, sender: str) -> None:
    for person in people:
        queue(kind, person, match, now=now, match=match, request=match.request, sender=sender)


def interest(match: Match, *, now: dt.datetime) -> None:
    """Somebody came forward: the directors decide, the volunteer has a receipt."""
    name = match.volunteer.account.name
    _to(directors_of(match, now=now), "interest_received", match, now=now, sender=name)
    _to([_volunteer(match)], "interest_sent", match, now=now, sender="")


def invited(match: Match, *, inviter: str, now: dt.datetime) -> None:
    """A director asks a volunteer."""
    _to([_volunteer(match)], "invited", match, now=now, sender=inviter)


def invitation_accepted(match: Match, *, now: dt.datetime) -> None:
    """The volunteer said yes: the directors decide."""
    _to(directors_of(match, now=now), "invitation_accepted", match, now=now, sender=match.volunteer.account.name)


def invitation_declined(match: Match, *, now: dt.datetime) -> None:
    """The volunteer said no: the directors may ask somebody else."""
    _to(directors_of(match, now=now), "invitation_declined", match, now=now, sender=match.volunteer.account.name)


def withdrawn(match: Match, *, now: dt.datetime) -> None:
    """The volunteer withdrew."""
    _to(directors_of(match, now=now), "match_withdrawn", match, now=now, sender=match.volunteer.account.name)


def declined(match: Match, *, now: dt.datetime) -> None:
    """The host said no, kindly and with the reason."""
    _to([_volunteer(match)], "match_declined", match, now=now, sender="")


def seats_filled(match: Match, *, now: dt.datetime) -> None:
    """The last seat went to somebody else."""
    _to([_volunteer(match)], "seats_filled", match, now=now, sender="")


def request_ended(match: Match, *, now: dt.datetime) -> None:
    """The request was withdrawn, closed or expired."""
    _to([_volunteer(match)], "candidates_request_ended", match, now=now, sender="")


def proposed(match: Match, *, now: dt.datetime) -> None:
    """A round found the two to fit: the volunteer is asked."""
    _to([_volunteer(match)], "proposed", match, now=now, sender="")


def answer_reminder(match: Match, *, now: dt.datetime) -> None:
    """The time to answer a proposal or an invitation ends soon."""
    _to([_volunteer(match)], "answer_reminder", match, now=now, sender="")


def invitation_expired(match: Match, *, now: dt.datetime) -> None:
    """Nobody answered a director's invitation: the volunteer is told, and the directors who wait for the answer."""
    _to([_volunteer(match)], "invitation_expired", match, now=now, sender="")
    _to(directors_of(match, now=now), "invitation_unanswered", match, now=now, sender="")


def proposal_expired(match: Match, *, now: dt.datetime) -> None:
    """Nobody answered a round's proposal: the volunteer is told that somebody else is asked."""
    _to([_volunteer(match)], "proposal_expired", match, now=now, sender="")


def decision_overdue(match: Match, *, now: dt.datetime) -> None:
    """A decision is late: the directors and the coordinators are reminded. Silence never approves."""
    people = [*directors_of(match, now=now), *holders(Role.COORDINATOR, today=now.date())]
    _to(people, "decision_overdue", match, now=now, sender="")


def seat_free_host(match: Match, *, waiting: int, directors_know: bool, freed_at: dt.datetime, now: dt.datetime) -> int:
    """A seat is free: the hospital's people hear of it, but for whoever decided it or was told at once."""
    request = match.request
    contacts = holders(Role.PARTNER, today=now.date(), institution_id=request.institution_id)
    raisers = [one for one in contacts if one.account_id == request.raised_by_id]
    people = (raisers or contacts) + ([] if directors_know else directors_of(match, now=now))
    context: dict[str, Any] = {"match": match, "request": request, "waiting": waiting}
    wanted = {one.email: one for one in people if one.account_id != match.decided_by_id}
    mails = [queue("seat_free_host", one, match, now=now, due_at=freed_at, **context) for one in wanted.values()]
    return sum(mail is not None for mail in mails)


def seat_free_volunteer(freed: Match, left_out: Match, *, freed_at: dt.datetime, now: dt.datetime) -> int:
    """A seat is free again: somebody who waited when the last one was taken may come forward anew."""
    context: dict[str, Any] = {"match": left_out, "request": left_out.request}
    mail = queue(SEAT_FREE, _volunteer(left_out), freed, now=now, due_at=freed_at, **context)
    return int(mail is not None)


def excluded(bar: MatchBar, *, sender: str, now: dt.datetime) -> None:
    """A hospital does not want somebody proposed to it any more: the coordinators are told, the volunteer never."""
    for person in holders(Role.COORDINATOR, today=now.date()):
        if person.account_id != bar.volunteer.account_id:
            queue("volunteer_excluded", person, bar, now=now, bar=bar, sender=sender)
