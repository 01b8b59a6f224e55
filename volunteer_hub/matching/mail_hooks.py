"""What the mail area learns of matches: when an email about one has become pointless."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.mail import relevance
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState


def teach() -> None:
    """Register what must still hold when an email goes out."""
    relevance.register_row(Match, _needs_volunteer, "proposed", "invited", "answer_reminder")
    relevance.register_row(Match, _needs_director, "interest_received", "invitation_accepted", "decision_overdue")
    relevance.register_row(Match, _has_free_place, "seat_free_host", "seat_free_volunteer")


def _needs_volunteer(match: Match, _now: dt.datetime) -> bool:
    return match.state is MatchState.PROPOSED and match.request.state is RequestState.OPEN


def _needs_director(match: Match, _now: dt.datetime) -> bool:
    return match.state is MatchState.ACCEPTED and match.request.state is RequestState.OPEN


def _has_free_place(match: Match, _now: dt.datetime) -> bool:
    return match.request.state is RequestState.OPEN and match.request.seats_filled < match.request.seats
