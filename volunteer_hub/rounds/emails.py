"""Emails to coordinators about rounds."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.queries import list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.rounds.models import MatchingRound


def queue_round_ready(round_: MatchingRound, *, now: dt.datetime) -> None:
    """A round that the scheduler prepared waits to be looked through."""
    for person in list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        queue("round_ready", person, round_, now=now, round=round_, programme=round_.programme)


def queue_round_failed(round_: MatchingRound, *, now: dt.datetime) -> None:
    """A round came to nothing: whoever asked for it is told, or all coordinators."""
    people = list_recipients_with_role(Role.COORDINATOR, today=now.date())
    asked = [person for person in people if person.account_id == round_.requested_by_id]
    for person in asked or people:
        queue("round_failed", person, round_, now=now, round=round_, programme=round_.programme)
