"""Coming forward, inviting, answering, declining, withdrawing, letting time run out."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit import explain, rules
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import emails, queries
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import LIVE, WAITING, MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import count_free_seats
from volunteer_hub.volunteers.models import Volunteer

NO_AGREEMENT = (
    "No data-sharing agreement is recorded for this institution, so volunteers’ data cannot be shown to it. "
    "Ask the coordinator to record one."
)


def dump_score_breakdown(fit: rules.Fit) -> str:
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


def express_interest(found: queries.OpenRequest, *, message: str, actor: Viewer, now: dt.datetime) -> Match:
    """The volunteer asks to take a request on. Raises Conflict or DomainError when a gate is closed."""
    volunteer = queries.get_volunteer_row(queries.get_my_facts(actor, today=now.date()).id)
    request = queries.get_request_row(found.row.request_id)
    require_eligible(found.fit)
    match = create_match(volunteer, request, found.fit, Origin.APPLICATION, MatchState.ACCEPTED, now=now)
    match.volunteer_message = message
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=request.programme.director_days)
    db.session.flush()
    audit.record("match.interest", match, actor=actor, now=now, score=match.score)
    emails.queue_interest(match, now=now)
    return match


def require_eligible(fit: rules.Fit) -> None:
    """Raises DomainError, in words, when a gate is closed."""
    if fit.failed_gates:
        raise DomainError(explain.explain_refusal(fit.failed_gates), code=fit.failed_gates[0].gate.value)


def create_match(
    volunteer: Volunteer,
    request: PartnerRequest,
    fit: rules.Fit,
    origin: Origin,
    state: MatchState,
    *,
    now: dt.datetime,
) -> Match:
    """A match in its first state, not flushed. Raises Conflict while the two have one that lives, or without a seat.

    Whoever takes the last seat, or ends the request, lets those go who wait then: nobody may join them meanwhile.
    """
    queries.lock_volunteer(volunteer.id)
    queries.lock_requests([request.id])
    if not count_free_seats(request.id):
        raise Conflict("The last seat has just been taken, or the request has ended.")
    if queries.list_past_match_states(volunteer.id, request.id) & LIVE:
        raise Conflict("There is already a match between this volunteer and this request.")
    match = Match(
        request_id=request.id,
        volunteer_id=volunteer.id,
        origin=origin,
        state=state,
        score=fit.score,
        score_breakdown=dump_score_breakdown(fit),
        weights_id=fit.version,
        created_at=now,
        respond_by_at=now,
    )
    match.request, match.volunteer = request, volunteer
    db.session.add(match)
    return match


def invite(request: PartnerRequest, volunteer_id: int, *, message: str, actor: Viewer, now: dt.datetime) -> Match:
    """A director asks a volunteer to take a request on, with words. A gate is never overridden."""
    today = now.date()
    if not queries.is_director_for(actor, request):
        raise Forbidden("Only a Director for this hospital invites.")
    if not shares_data(request.institution_id, today=today):
        raise Forbidden(NO_AGREEMENT)
    asked = queries.get_request_facts(request.id, today=today)
    chosen = queries.find_invitable(volunteer_id, asked, today=today)
    if chosen is None:
        raise DomainError("This volunteer cannot be invited now: something has changed since the list was shown.")
    volunteer = queries.get_volunteer_row(volunteer_id)
    match = create_match(volunteer, request, chosen.fit, Origin.INVITATION, MatchState.PROPOSED, now=now)
    match.invited_by_id = actor.account_id
    match.invitation_message = message
    match.respond_by_at = now + dt.timedelta(days=request.programme.volunteer_days)
    db.session.flush()
    audit.record("match.invited", match, actor=actor, now=now, score=match.score)
    emails.queue_invited(match, inviter=actor.name, now=now)
    return match


def close_match(
    match: Match,
    state: MatchState,
    reason: Reason,
    message: str | None,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    allowed: tuple[Reason, ...] = tuple(Reason),
) -> None:
    """End a match with a reason. Raises DomainError for one that is not among `allowed`."""
    if reason not in allowed:
        raise DomainError("Choose one of the reasons shown.", field="reason")
    audit.move(match, state, actor=actor, now=now, note=message, reason=reason)
    match.reason, match.reason_message = reason, message
    match.decided_by_id, match.decided_at = (actor.account_id if actor else None), now


def decline_remaining(request: PartnerRequest, *, winner: Match, now: dt.datetime) -> int:
    """The last seat is taken: tell the others kindly. Gives how many."""
    others = [match for match in queries.list_waiting(request.id) if match.id != winner.id]
    for match in others:
        close_match(match, MatchState.DECLINED, Reason.SEATS_FILLED, None, actor=None, now=now)
        emails.queue_seats_filled(match, now=now)
    return len(others)


def decline_all_waiting(request: PartnerRequest, *, actor: Viewer | None, now: dt.datetime, **_more: Any) -> None:
    """The request has ended: nobody is left waiting."""
    for match in queries.list_waiting(request.id):
        close_match(match, MatchState.DECLINED, Reason.REQUEST_ENDED, None, actor=actor, now=now)
        emails.queue_request_ended(match, now=now)


def chase_overdue(now: dt.datetime) -> int:
    """A job: decisions that are late are chased once, with the coordinators told. Silence never approves."""
    late = queries.lock_unanswered(MatchState.ACCEPTED, now=now)
    for match in late:
        match.chased_at = now
        audit.record("match.chased", match, actor=None, now=now)
        emails.queue_decision_overdue(match, now=now)
    return len(late)


def can_answer(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer who has an invitation to answer."""
    return match.state is MatchState.PROPOSED and match.volunteer.account_id == viewer.account_id


def is_engine_proposal(match: Match) -> bool:
    """Whether a round found the two, and no person."""
    return match.origin is Origin.ENGINE


def can_withdraw(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer and may still withdraw."""
    return match.state is MatchState.ACCEPTED and match.volunteer.account_id == viewer.account_id


def is_waiting(match: Match) -> bool:
    """Whether somebody still has to answer."""
    return match.state in WAITING
