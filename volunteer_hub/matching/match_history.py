"""What earlier matches of a volunteer, bars and a coordinator's overrides mean for later ones."""

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
"""For how long somebody who said "no time" is left alone by rounds."""
UNANSWERED_PERIOD = dt.timedelta(days=90)
"""For how long a proposal that somebody let run out is not made again by rounds."""
COOLDOWN_REASONS = frozenset({Reason.NO_TIME, Reason.DATES})
DECLINED_STATES = frozenset({MatchState.DECLINED, MatchState.WITHDRAWN})
# Under names of their own: the statements around them read matches and requests too.
EARLIER, ABOUT = aliased(Match), aliased(PartnerRequest)


def history_columns() -> list[Any]:
    """What `read` reads, and `bars` and `overrides`, for a select from Volunteer."""
    decided_at = sa.func.coalesce(EARLIER.decided_at, EARLIER.respond_by_at)
    return [
        aggregate_rows(
            EARLIER.id,
            EARLIER.request_id,
            EARLIER.state,
            sa.func.coalesce(sa.cast(EARLIER.reason, sa.Text), ""),
            sa.case((EARLIER.ended_at.is_(None), "0"), (EARLIER.ended_early, "2"), else_="1"),
            sa.func.coalesce(ABOUT.weekly_minutes, 0),
            sa.func.coalesce(ABOUT.specialty_code, ""),
            sa.func.substr(sa.cast(decided_at, sa.Text), 1, 10),
            where=sa.and_(EARLIER.volunteer_id == Volunteer.id, ABOUT.id == EARLIER.request_id),
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
    """All that a volunteer's matches say."""

    placements: int = 0
    promised_minutes: int = 0
    completed: int = 0
    was_ever_placed: bool = False
    prior_matches: Mapping[int, PriorMatch] = field(default_factory=dict)
    not_my_field: frozenset[str] = frozenset()
    cooldown_until: dt.date | None = None


def read_history(matches: str | None) -> MatchHistory:
    """The packed matches of one volunteer; of several with one request the last one counts."""
    found, before, not_mine = MatchHistory(), {}, set()
    for row in sorted(split_rows(matches), key=lambda row: int(row[0])):
        _ident, request_id, state, reason, ended, minutes, specialty, day = row
        on = dt.date.fromisoformat(day)
        if state == MatchState.APPROVED:
            _count(found, ended, int(minutes))
        if state in DECLINED_STATES and reason == Reason.NOT_MY_FIELD and specialty:
            not_mine.add(specialty)
        if state in DECLINED_STATES and reason in COOLDOWN_REASONS:
            found.cooldown_until = max(found.cooldown_until or on, on + COOLDOWN_PERIOD)
        before[int(request_id)] = prior_match(state, reason, ended, on)
    found.prior_matches = {request_id: one for request_id, one in before.items() if one}
    found.not_my_field = frozenset(not_mine)
    return found


def _count(found: MatchHistory, ended: str, minutes: int) -> None:
    found.was_ever_placed = True
    if ended == "0":
        found.placements += 1
        found.promised_minutes += minutes
    if ended == "1":
        found.completed += 1


def prior_match(state: str, reason: str, ended: str, on: dt.date) -> PriorMatch | None:
    """What one match means for the same two; None when they may try again as if nothing had been.

    A match that was seen through goes on counting: a pair has one match at a time, and that one stays (uq_match_live).
    """
    if state in WAITING or (state == MatchState.APPROVED and ended != "2"):
        return PriorMatch(PriorOutcome.LIVE, None, on)
    if state in DECLINED_STATES and reason not in AUTOMATIC_REASONS:
        return PriorMatch(PriorOutcome.DECLINED, reason or None, on)
    if state == MatchState.APPROVED:
        return PriorMatch(PriorOutcome.RELEASED, None, on)
    if state == MatchState.EXPIRED:
        return PriorMatch(PriorOutcome.EXPIRED, None, on)
    return None


def latest_state(matches: str | None, request_id: int) -> MatchState | None:
    """How the last match with one request stands; None when there was none, or nobody said no to it."""
    told = [row for row in split_rows(matches) if int(row[1]) == request_id and row[3] not in AUTOMATIC_REASONS]
    return MatchState(max(told, key=lambda row: int(row[0]))[2]) if told else None
