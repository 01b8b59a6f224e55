"""The volunteer's answer, or silence; and who is asked next when a seat is free again."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.matching import emails, notices, queries
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.service.matches import close_match, require_eligible
from volunteer_hub.matching.service.signals import seat_freed
from volunteer_hub.matching.states import HOST_REASONS, VOLUNTEER_REASONS, MatchState, Origin, Reason


def accept_invitation(match: Match, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer says yes; the director still decides."""
    if match.state is not MatchState.PROPOSED:
        raise Conflict("This has already been answered.")
    if match.respond_by_at <= now:
        raise Conflict("The time to answer is over. You can come forward yourself while it is open.")
    found = queries.get_open_request(queries.get_my_facts(actor, today=now.date()), match.request_id, today=now.date())
    require_eligible(found.fit)
    audit.move(match, MatchState.ACCEPTED, actor=actor, now=now, note=message)
    match.volunteer_message = message
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=match.request.programme.director_days)
    emails.queue_invitation_accepted(match, now=now)


def decline_invitation(match: Match, *, reason: Reason, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer says no to an invitation."""
    if match.state is not MatchState.PROPOSED:
        raise Conflict("This has already been answered.")
    close_match(match, MatchState.DECLINED, reason, message, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    if match.origin is not Origin.ENGINE:  # nobody of the hospital waits for the answer to a round's proposal
        emails.queue_invitation_declined(match, now=now)
    seat_freed.send(match.request, now=now)


def decline(match: Match, *, reason: Reason, message: str, actor: Viewer, now: dt.datetime) -> None:
    """The host says no, with a reason and words that the volunteer reads; the next in line of a round is asked."""
    close_match(match, MatchState.DECLINED, reason, message, actor=actor, now=now, allowed=HOST_REASONS)
    emails.queue_match_declined(match, now=now)
    if reason is not Reason.NEED_CHANGED:
        seat_freed.send(match.request, now=now)


def withdraw(match: Match, *, reason: Reason, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer takes their word back before the director has decided."""
    close_match(match, MatchState.WITHDRAWN, reason, message, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    emails.queue_match_withdrawn(match, now=now)
    seat_freed.send(match.request, now=now)


def expire_due(now: dt.datetime) -> int:
    """A job: invitations that nobody answered in time. Gives how many."""
    late = queries.lock_unanswered(MatchState.PROPOSED, now=now)
    for match in late:
        audit.move(match, MatchState.EXPIRED, actor=None, now=now)
        if match.origin is Origin.ENGINE:
            emails.queue_proposal_expired(match, now=now)
        else:
            emails.queue_invitation_expired(match, now=now)
        seat_freed.send(match.request, now=now)
    return len(late)


def notify_freed_seats(now: dt.datetime) -> int:
    """A job: where somebody gave up a request that still has a free seat, those who can act on it hear of it, once."""
    freed = queries.list_freed(since=now - notices.SEAT_NEWS_PERIOD)
    return sum(
        notify_seat_available(match, freed_at=match.decided_at or match.respond_by_at, now=now) for match in freed
    )


def notify_seat_available(match: Match, *, freed_at: dt.datetime, include_hosts: bool = True, now: dt.datetime) -> int:
    """Tell the hospital, and those who were left out when the seats were taken, of a free seat. Gives how many."""
    asked = queries.get_request_facts(match.request_id, today=now.date())
    waiting = queries.list_waiting(match.request_id)
    if not asked.is_open or any(one.origin is Origin.ENGINE and one.created_at >= freed_at for one in waiting):
        return 0  # the next in line of a round has been asked instead
    told = 0
    if include_hosts:
        # A volunteer's no and an unanswered invitation are told to the directors at once, with the same link.
        directors_know = match.decided_by_id in {None, match.volunteer.account_id}
        told = emails.queue_seat_free_host(
            match, waiting_count=len(waiting), directors_informed=directors_know, freed_at=freed_at, now=now
        )
    knows = queries.list_informed_accounts(
        emails.SEAT_FREE_KIND, match.request_id, since=now - notices.SEAT_NEWS_PERIOD
    )
    for candidate in queries.list_declined_for_seats(match.request, asked, today=now.date()):
        one = candidate.match
        if one and one.volunteer.account_id not in knows and one.decided_at and one.decided_at <= freed_at:
            told += emails.queue_seat_free_volunteer(match, one, freed_at=freed_at, now=now)
    return told


REMIND_BEFORE = dt.timedelta(days=2)


def remind_unanswered(now: dt.datetime) -> int:
    """A job: proposals and invitations that end in two days and wait for the volunteer are reminded of, once."""
    found = queries.lock_to_remind(now=now, before=now + REMIND_BEFORE)
    for match in found:
        match.reminded_at = now
        emails.queue_answer_reminder(match, now=now)
    return len(found)
