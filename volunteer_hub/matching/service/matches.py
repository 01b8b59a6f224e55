"""Interest, invitations, and the end of matches: closing, declining those who wait, chasing late decisions."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit import explain, rules
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import emails, queries
from volunteer_hub.matching import rules as match_rules
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import LIVE, MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import count_free_seats
from volunteer_hub.volunteers.models import Volunteer

NO_AGREEMENT = _l(
    "No data-sharing agreement is recorded for this institution, so volunteers’ data cannot be shown to it. "
    "Ask the coordinator to record one."
)


def dump_score_breakdown(fit: rules.Fit) -> str:
    """Return the contributions as JSON, so that a decision keeps its reasons."""
    return json.dumps(
        [
            {
                "factor": part.factor.value,
                "points": part.points,
                "out_of": part.out_of,
                "share": list(part.share),
                "by_hand": part.overridden,
                "facts": dict(part.facts),
            }
            for part in fit.contributions
        ],
        default=str,
    )


def express_interest(request_id: int, *, message: str, actor: Viewer, now: dt.datetime) -> Match:
    """Apply for a request as the volunteer.

    Raises NotFound for a request that the volunteer cannot see, Conflict without a seat or with a live match,
    DomainError if a gate is closed.
    """
    today = now.date()
    volunteer = queries.get_volunteer_row(queries.get_my_facts(actor, today=today).id)
    queries.lock_pair(volunteer.id, request_id)
    # Judged after the lock: what was committed while this transaction waited counts.
    open_request = queries.get_open_request(queries.get_my_facts(actor, today=today), request_id, today=today)
    require_eligible(open_request.fit)
    request = queries.get_request_row(request_id)
    match = create_match(volunteer, request, open_request.fit, Origin.APPLICATION, MatchState.ACCEPTED, now=now)
    match.volunteer_message = message
    match.accepted_at = now
    match.respond_by_at = now + dt.timedelta(days=request.programme.director_days)
    db.session.flush()
    audit.record("match.interest", match, actor=actor, now=now, score=match.score)
    emails.notify_interest(match, now=now)
    return match


def require_eligible(fit: rules.Fit) -> None:
    """Raise DomainError with an explanation if a gate is closed."""
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
    """Return a new match in its first state, not flushed. Raises Conflict if the pair has a live match or no seat is
    free.

    The caller holds the locks of both rows (`queries.lock_pair`) since before it judged the pair: approving the last
    seat or ending the request declines all who wait, and no match may be added meanwhile.
    """
    if not count_free_seats(request.id):
        raise Conflict(_("The last seat has just been taken, or the request has ended."), code="no_seat_left")
    if queries.list_past_match_states(volunteer.id, request.id) & LIVE:
        raise Conflict(_("There is already a match between this volunteer and this request."), code="match_exists")
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
    """Invite a volunteer as a director, with a message. A gate is never overridden.

    Raises Forbidden for any other actor or without a data-sharing agreement, DomainError if the volunteer is not
    invitable.
    """
    today = now.date()
    if not queries.is_director_for(actor, request):
        raise Forbidden(_("Only a Director for this hospital invites."), code="invitation_not_permitted")
    queries.lock_pair(volunteer_id, request.id)
    if not shares_data(request.institution_id, today=today):
        raise Forbidden(NO_AGREEMENT, code="agreement_missing")
    request_facts = queries.get_request_facts(request.id, today=today)
    candidate = queries.find_invitable(volunteer_id, request_facts, today=today)
    if candidate is None:
        raise DomainError(
            _("This volunteer cannot be invited now: something has changed since the list was shown."),
            code="volunteer_not_invitable",
        )
    volunteer = queries.get_volunteer_row(volunteer_id)
    match = create_match(volunteer, request, candidate.fit, Origin.INVITATION, MatchState.PROPOSED, now=now)
    match.invited_by_id = actor.account_id
    match.invitation_message = message
    match.respond_by_at = now + dt.timedelta(days=request.programme.volunteer_days)
    db.session.flush()
    audit.record("match.invited", match, actor=actor, now=now, score=match.score)
    emails.notify_invited(match, inviter=actor.name, now=now)
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
    """End a match with a reason. Raises DomainError for a reason that is not in `allowed`."""
    if reason not in allowed:
        raise DomainError(_("Choose one of the reasons shown."), field="reason", code="decline_reason_missing")
    audit.move(match, state, actor=actor, now=now, note=message, reason=reason)
    match.reason, match.reason_message = reason, message
    match.decided_by_id, match.decided_at = (actor.account_id if actor else None), now


def decline_remaining(request: PartnerRequest, *, winner: Match, now: dt.datetime) -> int:
    """Decline all who wait, after `winner` has taken the last seat. Returns their number."""
    others = [match for match in queries.list_waiting(request.id) if match.id != winner.id]
    for match in others:
        close_match(match, MatchState.DECLINED, Reason.SEATS_FILLED, None, actor=None, now=now)
        emails.notify_seats_filled(match, now=now)
    return len(others)


def decline_all_waiting(request: PartnerRequest, *, actor: Viewer | None, now: dt.datetime, **_more: Any) -> None:
    """Decline all who wait for a request that has ended."""
    for match in queries.list_waiting(request.id):
        close_match(match, MatchState.DECLINED, Reason.REQUEST_ENDED, None, actor=actor, now=now)
        emails.notify_request_ended(match, now=now)


def chase_overdue(now: dt.datetime) -> int:
    """Remind those who decide, and the coordinators, of late decisions, once (a job). A late decision never approves.

    Returns the number of matches.
    """
    overdue = queries.lock_unanswered(MatchState.ACCEPTED, now=now)
    for match in overdue:
        match.chased_at = now
        audit.record("match.chased", match, actor=None, now=now)
        emails.notify_decision_overdue(match, now=now)
    return len(overdue)


def can_answer(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer who has this invitation or proposal to answer."""
    return match_rules.can_answer(match.state) and match.volunteer.account_id == viewer.account_id


def is_engine_proposal(match: Match) -> bool:
    """Whether a round proposed the match."""
    return match.origin is Origin.ENGINE


def can_withdraw(match: Match, viewer: Viewer) -> bool:
    """Whether the viewer is the volunteer and may still withdraw."""
    return match_rules.can_withdraw(match.state) and match.volunteer.account_id == viewer.account_id


def is_waiting(match: Match) -> bool:
    """Whether the match awaits an answer."""
    return match_rules.is_waiting(match.state)
