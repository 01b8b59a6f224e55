"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

from volunteer_hub.mail.relevance import register_row_check
from volunteer_hub.matching.service.signals import next_may_be_asked
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.service.proposals import offer_to_reserve
from volunteer_hub.rounds.states import RoundState


def register() -> None:
    """Register when an email about a round is still true; offer a freed seat to the next reserve."""
    register_row_check(MatchingRound, lambda row, _now: row.state is RoundState.READY, "round_ready")
    next_may_be_asked.connect(offer_to_reserve)
