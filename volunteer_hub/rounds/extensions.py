"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

from volunteer_hub.mail import relevance
from volunteer_hub.matching.service.signals import seat_freed
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.service.proposals import offer_to_reserve
from volunteer_hub.rounds.states import RoundState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register_row(MatchingRound, lambda row, _now: row.state is RoundState.READY, "round_ready")


def listen() -> None:
    """Offer a freed seat to the next reserve."""
    seat_freed.connect(offer_to_reserve)
