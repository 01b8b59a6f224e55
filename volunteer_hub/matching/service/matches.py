"""Coming forward, inviting, answering, declining, withdrawing, letting time run out."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import emails, queries, rules, wording
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import HOST_REASONS, LIVE, VOLUNTEER_REASONS, WAITING, MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.service import request_ended
from volunteer_hub.volunteers.models import Volunteer

NO_AGREEMENT = (
    "No data-sharing agreement is recorded for this institution, so volunteers’ data cannot be shown to it. "
    "Ask the coordinator to record one."
)


def listen() -> None:
    """Hear when a request ends, to tell those who wait."""
    request_ended.connect(end_waiting)


def stored_fit(fit: rules.Fit) -> str:
    """The contributions as they are now, as JSON, so that a decision keeps its reasons."""
    return json.dumps(
        [
            {
                "factor": p.factor.value,
                "points": p.points,
                "out_of": p.out_of,
                "share": list(p.share),
                "by_hand": p.overridden,
                "facts": dict(p.facts),
            }
            for p in fit.contributions
        ],
        default=str,
    )


def come_forward(found: queries.Found, *, words: str, actor: Viewer, now: dt.datetime) -> Match:
    """The volunteer asks to take a request on. Raises Conflict or DomainError when a gate is closed."""
    volunteer = queries.volunteer_row(queries.my_facts(actor, today=now.date()).id)
    request = queries.request_row(found.row.request_id)
    _refuse_closed(found.fit)
    match = _new(volunteer, request, found.fit, Origin.APPLICATION, MatchState.ACCEPTED, now=now)
    match.volunteer_words = words
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=request.programme.director_days)
    db.session.flush()
    audit.record("match.interest", match, actor=actor, now=now, score=match.score)
    emails.interest(match, now=now)
    return match


def _refuse_closed(fit: rules.Fit) -> None:
    if fit.closed:
        raise DomainError(" ".join(wording.why(closed) for closed in fit.closed), code=fit.closed[0].gate.value)


def _new(
    volunteer: Volunteer,
    request: PartnerRequest,
    fit: rules.Fit,
    origin: Origin,
    state: MatchState,
    *,
    now: dt.datetime,
) -> Match:
    if queries.had_match(volunteer.id, request.id) & LIVE:
        raise Conflict("There is already a match between this volunteer and this request.")
    match = Match(
        request_id=request.id,
        volunteer_id=volunteer.id,
        origin=origin,
        state=state,
        score=fit.score,
        fit=stored_fit(fit),
        weights_id=fit.version,
        created_at=now,
        respond_by_at=now,
    )
    match.request, match.volunteer = request, volunteer
    db.session.add(match)
    return match


def invite(request: PartnerRequest, volunteer_id: int, *, words: str, actor: Viewer, now: dt.datetime) -> Match:
    """A director asks a volunteer to take a request on, with words. A gate is never overridden."""
    today = now.date()
    if not queries.directs(actor, request):
        raise Forbidden("Only a Director for this hospital invites.")
    if not shares_data(request.institution_id, today=today):
        raise Forbidden(NO_AGREEMENT)
    asked = queries.facts_of_request(request.id, today=today)
    chosen = next(
        (c for c in queries.invitable(request, asked, today=today, limit=2000) if c.row.volunteer_id == volunteer_id),
        None,
    )
    if chosen is None:
        raise DomainError("This volunteer cannot be invited now: something has changed since the list was shown.")
    volunteer = queries.volunteer_row(volunteer_id)
    match = _new(volunteer, request, chosen.fit, Origin.INVITATION, MatchState.PROPOSED, now=now)
    match.invited_by_id = actor.account_id
    match.invitation_words = words
    match.respond_by_at = now + dt.timedelta(days=request.programme.volunteer_days)
    db.session.flush()
    audit.record("match.invited", match, actor=actor, now=now, score=match.score)
    emails.invited(match, inviter=actor.name, now=now)
    return match


def accept_invitation(match: Match, *, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer says yes; the director still decides."""
    if match.state is not MatchState.PROPOSED:
        raise Conflict("This invitation has already been answered.")
    if match.respond_by_at <= now:
        raise Conflict("The time to answer this invitation is over. You can come forward yourself while it is open.")
    found = queries.open_request(queries.my_facts(actor, today=now.date()), match.request_id, today=now.date())
    _refuse_closed(found.fit)
    audit.move(match, MatchState.ACCEPTED, actor=actor, now=now, words=words)
    match.volunteer_words = words
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=match.request.programme.director_days)
    emails.invitation_accepted(match, now=now)


def decline_invitation(match: Match, *, reason: Reason, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer says no to an invitation."""
    if match.state is not MatchState.PROPOSED:
        raise Conflict("This invitation has already been answered.")
    _say_no(match, MatchState.DECLINED, reason, words, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    emails.invitation_declined(match, now=now)


def withdraw(match: Match, *, reason: Reason, words: str | None, actor: Viewer, now: dt.datetime) -> None:
    """The volunteer takes their word back before the director has decided."""
    _say_no(match, MatchState.WITHDRAWN, reason, words, actor=actor, now=now, allowed=VOLUNTEER_REASONS)
    emails.withdrawn(match, now=now)


def decline(match: Match, *, reason: Reason, words: str, actor: Viewer, now: dt.datetime) -> None:
    """The host says no, with a reason and words that the volunteer reads."""
    _say_no(match, MatchState.DECLINED, reason, words, actor=actor, now=now, allowed=HOST_REASONS)
    emails.declined(match, now=now)


def _say_no(
    match: Match,
    state: MatchState,
    reason: Reason,
    words: str | None,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    allowed: tuple[Reason, ...] = tuple(Reason),
) -> None:
    if reason not in allowed:
        raise DomainError("Choose one of the reasons shown.", field="reason")
    audit.move(match, state, actor=actor, now=now, words=words, reason=reason)
    match.reason, match.reason_words = reason, words
    match.decided_by_id, match.decided_at = (actor.account_id if actor else None), now


def fill_others(request: PartnerRequest, *, winner: Match, now: dt.datetime) -> int:
    """The last seat is taken: tell the others kindly. Gives how many."""
    others = [match for match in queries.waiting_on(request.id) if match.id != winner.id]
    for match in others:
        _say_no(match, MatchState.DECLINED, Reason.SEATS_FILLED, None, actor=None, now=now)
        emails.seats_filled(match, now=now)
    return len(others)


def end_waiting(request: PartnerRequest, *, actor: Viewer | None, now: dt.datetime, **_more: Any) -> None:
    """The request has ended: nobody is left waiting."""
    for match in queries.waiting_on(request.id):
        _say_no(match, MatchState.DECLINED, Reason.REQUEST_ENDED, None, actor=actor, now=now)
        emails.request_ended(match, now=now)


def expire_due(now: dt.datetime) -> int:
    """A job: invitations that nobody answered in time. Gives how many."""
    late = queries.unanswered(MatchState.PROPOSED, now=now)
    for match in late:
        audit.move(match, MatchState.EXPIRED, actor=None, now=now)
        emails.invitation_expired(match, now=now)
    return len(late)


def chase_overdue(now: dt.datetime) -> int:
    """A job: decisions that are late are chased once, with the coordinators told. Silence never approves."""
    late = queries.unanswered(MatchState.ACCEPTED, now=now)
    for match in late:
        match.chased_at = now
        audit.record("match.chased", match, actor=None, now=now)
        emails.decision_overdue(match, now=now)
    return len(late)


def pass_on_seats(now: dt.datetime) -> int:
    """A job: where somebody gave up a request that still has a free seat, those who can act on it hear of it, once."""
    freed = queries.given_up(since=now - rules.SEAT_NEWS)
    return sum(pass_on(match, freed_at=match.decided_at or match.respond_by_at, now=now) for match in freed)


def pass_on(match: Match, *, freed_at: dt.datetime, tell_hosts: bool = True, now: dt.datetime) -> int:
    """Tell the hospital, and those who were left out when the seats were taken, of a free seat. Gives how many."""
    asked = queries.facts_of_request(match.request_id, today=now.date())
    if not asked.is_open:
        return 0
    told = 0
    if tell_hosts:
        waiting = len(queries.waiting_on(match.request_id))
        # A volunteer's no and an unanswered invitation are told to the directors at once, with the same link.
        directors_know = match.decided_by_id in {None, match.volunteer.account_id}
        told = emails.seat_free_host(match, waiting=waiting, directors_know=directors_know, freed_at=freed_at, now=now)
    knows = queries.told_of_seat(emails.SEAT_FREE, match.request_id, since=now - rules.SEAT_NEWS)
    for candidate in queries.left_out(match.request, asked, today=now.date()):
        one = candidate.match
        if one and one.volunteer.account_id not in knows and one.decided_at and one.decided_at <= freed_at:
            told += emails.seat_free_volunteer(match, one, freed_at=freed_at, now=now)
    return told


def can_answer(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer who has an invitation to answer."""
    return match.state is MatchState.PROPOSED and match.volunteer.account_id == viewer.account_id


def can_withdraw(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer and may still withdraw."""
    return match.state is MatchState.ACCEPTED and match.volunteer.account_id == viewer.account_id


def is_waiting(match: Match) -> bool:
    """Whether somebody still has to answer."""
    return match.state in WAITING
