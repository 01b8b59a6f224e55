"""Proposals and matches of a round, as they are stored."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.rounds.models import MatchingRound, RoundProposal
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as lifecycle


def proposals(round_: MatchingRound, *, chosen: bool = True) -> list[RoundProposal]:
    return list(rounds.list_proposals(round_.id, key=None, chosen=chosen).rows)


def pairs(round_: MatchingRound) -> set[tuple[int, int]]:
    return {(proposal.volunteer_id, proposal.request_id) for proposal in proposals(round_)}


def matches(state: MatchState = MatchState.PROPOSED) -> list[Match]:
    return list(db.session.scalars(sa.select(Match).where(Match.state == state).order_by(Match.id)))
