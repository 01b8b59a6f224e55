"""What a volunteer's earlier matches, restrictions and overrides mean for later matches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from volunteer_hub.core.db import aggregate_rows, split_rows
from volunteer_hub.fit.rules import PriorMatch, PriorOutcome
from volunteer_hub.matching.models import FactorOverride, Match, MatchRestriction
from volunteer_hub.matching.states import AUTOMATIC_REASONS, WAITING, MatchState, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.volunteers.models import Volunteer

COOLDOWN_PERIOD = dt.timedelta(days=28)
"""How long rounds propose nothing to a volunteer who declined for lack of time."""
UNANSWERED_PERIOD = dt.timedelta(days=90)
"""How long rounds do not repeat a proposal that expired without an answer."""
COOLDOWN_REASONS = frozenset({Reason.NO_TIME, Reason.DATES})
DECLINED_STATES = frozenset({MatchState.DECLINED, MatchState.WITHDRAWN})
# Aliases, because the enclosing statements select from matches and requests too.
EARLIER, EARLIER_REQUEST = aliased(Match), aliased(PartnerRequest)


def history_columns() -> list[Any]:
    """Return the columns that `read_history` needs, and the restrictions and overrides, for a select from Volunteer."""
    decided_at = sa.func.coalesce(EARLIER.decided_at, EARLIER.respond_by_at)
    return [
        aggregate_rows(
            EARLIER.id,
            EARLIER.request_id,
            EARLIER.state,
            sa.func.coalesce(sa.cast(EARLIER.reason, sa.Text), ""),
            sa.case((EARLIER.ended_at.is_(None), "0"), (EARLIER.ended_early, "2"), else_="1"),
            sa.func.coalesce(EARLIER_REQUEST.weekly_minutes, 0),
            sa.func.coalesce(EARLIER_REQUEST.specialty_code, ""),
            sa.func.substr(sa.cast(decided_at, sa.Text), 1, 10),
            where=sa.and_(EARLIER.volunteer_id == Volunteer.id, EARLIER_REQUEST.id == EARLIER.request_id),
        ).label("matches"),
        aggregate_rows(
            MatchRestriction.institution_id,
            MatchRestriction.kind,
            where=sa.and_(MatchRestriction.volunteer_id == Volunteer.id, MatchRestriction.revoked_at.is_(None)),
        ).label("restrictions"),
        aggregate_rows(
            FactorOverride.request_id,
            FactorOverride.factor,
            FactorOverride.share,
            where=sa.and_(FactorOverride.volunteer_id == Volunteer.id, FactorOverride.revoked_at.is_(None)),
        ).label("overrides"),
    ]


@dataclass
class MatchHistory:
    """The summary of all matches of one volunteer."""

    placements: int = 0
    promised_minutes: int = 0
    completed: int = 0
    was_ever_placed: bool = False
    prior_matches: Mapping[int, PriorMatch] = field(default_factory=dict)
    not_my_field: frozenset[str] = frozenset()
    cooldown_until: dt.date | None = None


def read_history(matches: str | None) -> MatchHistory:
    """Summarise the packed matches of one volunteer; of several with one request the latest counts."""
    history, prior_matches, not_my_field = MatchHistory(), {}, set()
    for row in sorted(split_rows(matches), key=lambda row: int(row[0])):
        _ident, request_id, state, reason, ended, minutes, specialty, day = row
        decided_on = dt.date.fromisoformat(day)
        if state == MatchState.APPROVED:
            _count_placement(history, ended, int(minutes))
        if state in DECLINED_STATES and reason == Reason.NOT_MY_FIELD and specialty:
            not_my_field.add(specialty)
        if state in DECLINED_STATES and reason in COOLDOWN_REASONS:
            history.cooldown_until = max(history.cooldown_until or decided_on, decided_on + COOLDOWN_PERIOD)
        prior_matches[int(request_id)] = prior_match(state, reason, ended, decided_on)
    history.prior_matches = {request_id: prior for request_id, prior in prior_matches.items() if prior}
    history.not_my_field = frozenset(not_my_field)
    return history


def _count_placement(history: MatchHistory, ended: str, minutes: int) -> None:
    history.was_ever_placed = True
    if ended == "0":
        history.placements += 1
        history.promised_minutes += minutes
    if ended == "1":
        history.completed += 1


def prior_match(state: str, reason: str, ended: str, decided_on: dt.date) -> PriorMatch | None:
    """Return what one match means for later matches of the pair; None if it has no effect.

    A completed match stays live: the unique index uq_match_live allows one live match per pair.
    """
    if state in WAITING or (state == MatchState.APPROVED and ended != "2"):
        return PriorMatch(PriorOutcome.LIVE, None, decided_on)
    if state in DECLINED_STATES and reason not in AUTOMATIC_REASONS:
        return PriorMatch(PriorOutcome.DECLINED, reason or None, decided_on)
    if state == MatchState.APPROVED:
        return PriorMatch(PriorOutcome.RELEASED, None, decided_on)
    if state == MatchState.EXPIRED:
        return PriorMatch(PriorOutcome.EXPIRED, None, decided_on)
    return None


def latest_state(matches: str | None, request_id: int) -> MatchState | None:
    """Return the state of the latest match with one request; None if there was none, or only automatically closed
    ones.
    """
    rows = [row for row in split_rows(matches) if int(row[1]) == request_id and row[3] not in AUTOMATIC_REASONS]
    return MatchState(max(rows, key=lambda row: int(row[0]))[2]) if rows else None
