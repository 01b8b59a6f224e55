"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

import datetime as dt

from flask import current_app, url_for
from flask_babel import gettext as _

from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.responsibilities import (
    RESPONSIBILITIES,
    Responsibility,
    ResponsibilityItem,
    ResponsibilityProvider,
)
from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.mail.relevance import register_row_check
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.service import request_ended
from volunteer_hub.partner_requests.states import RequestState

KIND, PAGE = "matches", "matching.match"


def register() -> None:
    """Register what a volunteer has applied for and when an email is still true; hear when a request ends."""
    RESPONSIBILITIES.register(KIND, ResponsibilityProvider(_list_responsibilities))
    register_row_check(Match, _needs_volunteer, "proposed", "invited", "answer_reminder")
    register_row_check(Match, _needs_director, "interest_received", "invitation_accepted", "decision_overdue")
    register_row_check(Match, _has_free_seat, "seat_free_host", "seat_free_volunteer")
    request_ended.connect(service.decline_all_waiting)


def _list_responsibilities(account: Account, viewer: Viewer) -> list[Responsibility]:
    """List a volunteer's undecided matches, which nobody can take over."""
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    items = [
        ResponsibilityItem(row.title, url_for(PAGE, match_id=row.id) if may_open else None)
        for row in queries.list_waiting_titles(account.id)
    ]
    stays = _("Nobody can take these over. They stay undecided until the hospital says no or they run out.")
    return [Responsibility(KIND, 0, title=_("Requests that they came forward for"), items=items, stays=stays)]


def _needs_volunteer(match: Match, _now: dt.datetime) -> bool:
    return match.state is MatchState.PROPOSED and match.request.state is RequestState.OPEN


def _needs_director(match: Match, _now: dt.datetime) -> bool:
    return match.state is MatchState.ACCEPTED and match.request.state is RequestState.OPEN


def _has_free_seat(match: Match, _now: dt.datetime) -> bool:
    return match.request.state is RequestState.OPEN and match.request.seats_filled < match.request.seats
