"""Send the proposals of published rounds to volunteers, and offer freed seats to reserves."""

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

PROPOSALS_PER_BATCH = 50


def send_published(now: dt.datetime, *, round_id: int | None = None, limit: int = PROPOSALS_PER_BATCH) -> int:
    """Turn up to `limit` published proposals into matches (a scheduler job, and the first batch of a publication).

    Each pair is evaluated again; one that is no longer possible becomes stale. Returns how many proposals were
    processed.
    """
    batch = rounds.lock_to_send(round_id=round_id, limit=limit)
    _lock_pairs(batch)
    for proposal in batch:
        _send(proposal, now=now)
    return len(batch)


def _lock_pairs(batch: Collection[RoundProposal]) -> None:
    """Lock volunteers and requests, so that concurrent transactions count open matches one after the other."""
    queries.lock_volunteers([proposal.volunteer_id for proposal in batch])
    queries.lock_requests({proposal.request_id for proposal in batch})


def _send(proposal: RoundProposal, *, now: dt.datetime) -> Match | None:
    """Evaluate the pair as of now and propose it. If it is impossible, mark the proposal stale and return None."""
    today = now.date()
    volunteer = facts_by_id.get_volunteers([proposal.volunteer_id], today=today)[proposal.volunteer_id]
    request = facts_by_id.get_requests([proposal.request_id], today=today)[proposal.request_id]
    evaluation = rules.evaluate(volunteer, request, today=today, weights=weights.current())
    obsolete_reason = _find_obsolete_reason(proposal, evaluation, volunteer, today)
    reason = obsolete_reason or _find_limit_reason(proposal, volunteer)
    if not reason:
        return _create_proposed_match(proposal, evaluation, now=now)
    if obsolete_reason or proposal.rank == 0:  # a reserve stays one while a limit is reached only for now
        audit.move(proposal, ProposalState.STALE, actor=None, now=now, note=reason)
        proposal.stale_reason = reason
    return None


def _find_obsolete_reason(
    proposal: RoundProposal, evaluation: rules.Fit, volunteer: rules.VolunteerFacts, today: dt.date
) -> str:
    """Return the reason why this proposal can no longer be made, or an empty string."""
    if evaluation.failed_gates:
        return explain.explain_refusal(evaluation.failed_gates)
    if volunteer.cooldown_until and volunteer.cooldown_until > today:
        return "The volunteer has said since that they have no time just now."
    prior_match = volunteer.prior_matches.get(proposal.request_id)
    if (
        queries.list_past_match_states(proposal.volunteer_id, proposal.request_id) & LIVE
    ):  # LIVE includes completed placements
        return "There is a match between the two already."
    if (
        prior_match
        and prior_match.outcome is PriorOutcome.EXPIRED
        and prior_match.on
        and prior_match.on + UNANSWERED_PERIOD > today
    ):
        return "The volunteer was asked lately and did not answer."
    return ""


def _find_limit_reason(proposal: RoundProposal, volunteer: rules.VolunteerFacts) -> str:
    """Return which limit the proposal would exceed now, or an empty string."""
    setting = round_settings.get_settings(proposal.request.programme_id)
    volunteer_counts = rounds.count_open_matches(Match.volunteer_id, proposal.volunteer_id)
    if sum(volunteer_counts.values()) + volunteer.placements >= volunteer.capacity:
        return "The volunteer waits for answers to as many matches as they have room for."
    if (
        rounds.sum_waiting_minutes(proposal.volunteer_id) + (proposal.request.weekly_minutes or 0)
        > volunteer.free_minutes
    ):
        return "The volunteer waits for answers that would take the hours this needs."
    if volunteer_counts.get(MatchState.PROPOSED, 0) >= setting.proposals_per_volunteer:
        return "The volunteer has as many open proposals as the programme allows."
    request_counts = rounds.count_open_matches(Match.request_id, proposal.request_id)
    if sum(request_counts.values()) >= count_free_seats(proposal.request_id) * setting.proposals_per_seat:
        return "Enough people have been asked for the seats that are free."
    return ""


def _create_proposed_match(proposal: RoundProposal, evaluation: rules.Fit, *, now: dt.datetime) -> Match:
    match = create_match(proposal.volunteer, proposal.request, evaluation, Origin.ENGINE, MatchState.PROPOSED, now=now)
    match.respond_by_at = now + dt.timedelta(days=proposal.request.programme.volunteer_days)
    db.session.flush()
    proposal.state, proposal.match_id = ProposalState.SENT, match.id
    audit.record("match.proposed", match, actor=None, now=now, score=match.score, round=proposal.round_id)
    emails.notify_proposed(match, now=now)
    return match


def offer_to_reserve(request: PartnerRequest, *, now: dt.datetime, **_more: Any) -> Match | None:
    """Propose a freed seat to the first reserve of the last published round who still can take it.

    Returns the match, or None without such a reserve. Receives the signal `next_may_be_asked`.
    """
    reserves = rounds.lock_reserves(request.id)
    _lock_pairs(reserves)
    for proposal in reserves:
        match = _send(proposal, now=now)
        if match:
            return match
    return None
