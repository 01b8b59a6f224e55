"""Proposals on their way to volunteers: sent after a release, passed on after a no, reminded of before their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import db
from volunteer_hub.fit import explain, rules
from volunteer_hub.fit.rules import PriorOutcome
from volunteer_hub.matching import emails, queries
from volunteer_hub.matching.match_history import UNANSWERED_PERIOD
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import facts_by_id, weights
from volunteer_hub.matching.service.matches import create_match
from volunteer_hub.matching.states import LIVE, MatchState, Origin
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.queries import count_free_seats
from volunteer_hub.rounds.models import RoundProposal
from volunteer_hub.rounds.queries import round_settings, rounds
from volunteer_hub.rounds.states import ProposalState

BATCH = 50


def send_published(now: dt.datetime, *, round_id: int | None = None, limit: int = BATCH) -> int:
    """A job, and the first batch of a release: turn released proposals into matches. Gives how many were looked at."""
    found = rounds.lock_to_send(round_id=round_id, limit=limit)
    _lock(found)
    for proposal in found:
        _send(proposal, now=now)
    return len(found)


def _lock(found: Collection[RoundProposal]) -> None:
    """The people and the requests, so that rivals count one after another what waits for them."""
    queries.lock_volunteers([one.volunteer_id for one in found])
    queries.lock_requests({one.request_id for one in found})


def _send(proposal: RoundProposal, *, now: dt.datetime) -> Match | None:
    """Judge the pair as things are now; propose it, or say what has changed."""
    today = now.date()
    volunteer = facts_by_id.get_volunteers([proposal.volunteer_id], today=today)[proposal.volunteer_id]
    request = facts_by_id.get_requests([proposal.request_id], today=today)[proposal.request_id]
    fit = rules.evaluate(volunteer, request, today=today, weights=weights.current())
    gone = _stands_in_the_way(proposal, fit, volunteer, today)
    words = gone or _no_room(proposal, volunteer)
    if not words:
        return _propose(proposal, fit, now=now)
    if gone or proposal.rank == 0:  # who stands by goes on standing by while there is only no room just now
        audit.move(proposal, ProposalState.STALE, actor=None, now=now, note=words)
        proposal.stale_reason = words
    return None


def _stands_in_the_way(proposal: RoundProposal, fit: rules.Fit, volunteer: rules.VolunteerFacts, today: dt.date) -> str:
    """Why this proposal can no longer be made, in words; empty when it can."""
    if fit.failed_gates:
        return explain.explain_refusal(fit.failed_gates)
    if volunteer.cooldown_until and volunteer.cooldown_until > today:
        return "The volunteer has said since that they have no time just now."
    before = volunteer.prior_matches.get(proposal.request_id)
    if queries.past_match_states(proposal.volunteer_id, proposal.request_id) & LIVE:  # one that was seen through too
        return "There is a match between the two already."
    if before and before.outcome is PriorOutcome.EXPIRED and before.on and before.on + UNANSWERED_PERIOD > today:
        return "The volunteer was asked lately and did not answer."
    return ""


def _no_room(proposal: RoundProposal, volunteer: rules.VolunteerFacts) -> str:
    """Which limit the proposal would pass just now, in words; empty for none."""
    setting = round_settings.get_settings(proposal.request.programme_id)
    own = rounds.count_open_matches(Match.volunteer_id, proposal.volunteer_id)
    if sum(own.values()) + volunteer.placements >= volunteer.capacity:
        return "The volunteer waits for answers to as many matches as they have room for."
    if (
        rounds.sum_waiting_minutes(proposal.volunteer_id) + (proposal.request.weekly_minutes or 0)
        > volunteer.free_minutes
    ):
        return "The volunteer waits for answers that would take the hours this needs."
    if own.get(MatchState.PROPOSED, 0) >= setting.proposals_per_volunteer:
        return "The volunteer has as many open proposals as the programme allows."
    theirs = rounds.count_open_matches(Match.request_id, proposal.request_id)
    if sum(theirs.values()) >= count_free_seats(proposal.request_id) * setting.proposals_per_seat:
        return "Enough people have been asked for the seats that are free."
    return ""


def _propose(proposal: RoundProposal, fit: rules.Fit, *, now: dt.datetime) -> Match:
    match = create_match(proposal.volunteer, proposal.request, fit, Origin.ENGINE, MatchState.PROPOSED, now=now)
    match.respond_by_at = now + dt.timedelta(days=proposal.request.programme.volunteer_days)
    db.session.flush()
    proposal.state, proposal.match_id = ProposalState.SENT, match.id
    audit.record("match.proposed", match, actor=None, now=now, score=match.score, round=proposal.round_id)
    emails.queue_proposed(match, now=now)
    return match


def offer_to_reserve(request: PartnerRequest, *, now: dt.datetime, **_more: Any) -> Match | None:
    """A seat is free again: the next in line is asked. None when nobody stands by who still can."""
    line = rounds.list_reserves(request.id)
    _lock(line)
    for proposal in line:
        match = _send(proposal, now=now)
        if match:
            return match
    return None
