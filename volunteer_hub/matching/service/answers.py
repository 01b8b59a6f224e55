"""Answers of the volunteer and the host, expiry of unanswered matches, and notices of free seats."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict
from volunteer_hub.matching import emails, notices, queries, rules
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.service.matches import close_match, require_eligible
from volunteer_hub.matching.service.signals import next_may_be_asked
from volunteer_hub.matching.states import HOST_REASONS, VOLUNTEER_REASONS, MatchState, Origin, Reason


def accept_invitation(match: Match, *, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Accept an invitation or proposal as the volunteer; the director still decides.

    Raises Conflict if it was answered or has expired, DomainError if a gate is closed.
    """
    queries.lock_pair(match.volunteer_id, match.request_id)
    if not rules.can_answer(match.state):
        raise Conflict(_("This has already been answered."), code="invitation_already_answered")
    if match.respond_by_at <= now:
        raise Conflict(
            _("The time to answer is over. You can come forward yourself while it is open."), code="answer_time_over"
        )
    open_request = queries.get_open_request(
        queries.get_my_facts(actor, today=now.date()), match.request_id, today=now.date()
    )
    require_eligible(open_request.fit)
    audit.move(match, MatchState.ACCEPTED, actor=actor, now=now, note=message)
    match.volunteer_message = message
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=match.request.programme.director_days)
    emails.notify_invitation_accepted(match, now=now)


def decline_invitation(match: Match, *, reason: Reason, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Decline an invitation or proposal as the volunteer. Raises Conflict if it was answered already."""
    if not rules.can_answer(match.state):
        raise Conflict(_("This has already been answered."), code="invitation_already_answered")
    close_match(match, MatchState.DECLINED, reason, message, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    if match.origin is not Origin.ENGINE:  # the hospital does not know of a round's proposal yet
        emails.notify_invitation_declined(match, now=now)
    next_may_be_asked.send(match.request, now=now)


def decline(match: Match, *, reason: Reason, message: str, actor: Viewer, now: dt.datetime) -> None:
    """Decline a match as the host, with a reason and a message to the volunteer; lets the next reserve be asked for the next reserve."""
    close_match(match, MatchState.DECLINED, reason, message, actor=actor, now=now, allowed=HOST_REASONS)
    emails.notify_match_declined(match, now=now)
    if reason is not Reason.NEED_CHANGED:
        next_may_be_asked.send(match.request, now=now)


def withdraw(match: Match, *, reason: Reason, message: str | None, actor: Viewer, now: dt.datetime) -> None:
    """Withdraw as the volunteer, before the director has decided."""
    close_match(match, MatchState.WITHDRAWN, reason, message, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    emails.notify_match_withdrawn(match, now=now)
    next_may_be_asked.send(match.request, now=now)


def expire_due(now: dt.datetime) -> int:
    """Expire invitations and proposals that were not answered in time (a job). Returns their number."""
    overdue = queries.lock_unanswered(MatchState.PROPOSED, now=now)
    for match in overdue:
        audit.move(match, MatchState.EXPIRED, actor=None, now=now)
        if match.origin is Origin.ENGINE:
            emails.notify_proposal_expired(match, now=now)
        else:
            emails.notify_invitation_expired(match, now=now)
        next_may_be_asked.send(match.request, now=now)
    return len(overdue)


def notify_freed_seats(now: dt.datetime) -> int:
    """Notify those who can act on it that a match ended and its request has a free seat (a job), once per match.

    Returns the number of emails queued.
    """
    freed = queries.list_freed(since=now - notices.SEAT_NEWS_PERIOD)
    return sum(
        notify_seat_available(match, freed_at=match.decided_at or match.respond_by_at, now=now) for match in freed
    )


def notify_seat_available(match: Match, *, freed_at: dt.datetime, include_hosts: bool = True, now: dt.datetime) -> int:
    """Notify the hospital, and those declined when the last seat was taken, of a free seat. Returns the number of
    emails queued.
    """
    request_facts = queries.get_request_facts(match.request_id, today=now.date())
    waiting_matches = queries.list_waiting(match.request_id)
    if not request_facts.is_open or any(
        other.origin is Origin.ENGINE and other.created_at >= freed_at for other in waiting_matches
    ):
        return 0  # a round has proposed it to the next reserve instead
    queued_count = 0
    if include_hosts:
        # Directors were notified at once of a volunteer's refusal or an expired invitation, with the same link.
        directors_informed = match.decided_by_id in {None, match.volunteer.account_id}
        queued_count = emails.notify_seat_free_host(
            match, waiting_count=len(waiting_matches), directors_informed=directors_informed, freed_at=freed_at, now=now
        )
    informed_account_ids = queries.list_informed_accounts(
        emails.SEAT_FREE_KIND, match.request_id, since=now - notices.SEAT_NEWS_PERIOD
    )
    for candidate in queries.list_declined_for_seats(match.request, request_facts, today=now.date()):
        declined = candidate.match
        if (
            declined
            and declined.volunteer.account_id not in informed_account_ids
            and declined.decided_at
            and declined.decided_at <= freed_at
        ):
            queued_count += emails.notify_seat_free_volunteer(match, declined, freed_at=freed_at, now=now)
    return queued_count


REMIND_BEFORE = dt.timedelta(days=2)


def remind_unanswered(now: dt.datetime) -> int:
    """Remind volunteers, once, of proposals and invitations that expire within REMIND_BEFORE (a job). Returns their
    number.
    """
    matches = queries.lock_to_remind(now=now, before=now + REMIND_BEFORE)
    for match in matches:
        match.reminded_at = now
        emails.notify_answer_reminder(match, now=now)
    return len(matches)
