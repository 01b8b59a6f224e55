"""Emails to coordinators about rounds."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.queries import list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.rounds.models import MatchingRound


def notify_round_ready(round_: MatchingRound, *, now: dt.datetime) -> None:
    """Queue an email to every coordinator: a round that the scheduler prepared is ready for review."""
    for coordinator in list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        queue("round_ready", coordinator, round_, now=now, round=round_, programme=round_.programme)


def notify_round_failed(round_: MatchingRound, *, now: dt.datetime) -> None:
    """Queue an email about a failed round to the coordinator who requested it, otherwise to all coordinators."""
    coordinators = list_recipients_with_role(Role.COORDINATOR, today=now.date())
    requesters = [coordinator for coordinator in coordinators if coordinator.account_id == round_.requested_by_id]
    for coordinator in requesters or coordinators:
        queue("round_failed", coordinator, round_, now=now, round=round_, programme=round_.programme)
