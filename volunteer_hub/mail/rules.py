"""When to retry, when to give up, and what staff may decide."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.mail.states import MailState

LEASE = dt.timedelta(minutes=5)
RETRY_AFTER_MINUTES = (1, 5, 15, 60, 240, 720, 720, 720, 720, 720, 720)
"""Waits after each temporary refusal: three days and five hours in all."""
AWAY_RETRY = dt.timedelta(minutes=1)
GIVE_UP_AFTER = dt.timedelta(hours=72)
"""How long an email waits for a mail server that is away."""
MAX_HOLD = dt.timedelta(hours=24)
"""The longest legitimate `not_before`: one beyond it was written by a clock that was ahead."""
PAUSE_AFTER_HARD_BOUNCES = 3


def next_try(attempts: int, *, now: dt.datetime) -> dt.datetime | None:
    """Return the next attempt after `attempts` failed ones; None to give up."""
    if attempts > len(RETRY_AFTER_MINUTES):
        return None
    return now + dt.timedelta(minutes=RETRY_AFTER_MINUTES[attempts - 1])


def give_up_at(current: dt.datetime | None, *, now: dt.datetime) -> dt.datetime:
    """Return the deadline for a mail server that is away, counted from the first attempt that found it away."""
    return current or now + GIVE_UP_AFTER


def is_paused_by(hard_bounces: int) -> bool:
    """Return whether delivery to an address with this many hard bounces is paused."""
    return hard_bounces >= PAUSE_AFTER_HARD_BOUNCES


def can_send_again(state: MailState) -> bool:
    """Return whether staff may queue an email in this state again."""
    return state in {MailState.FAILED, MailState.UNCERTAIN}


def can_be_delivered(state: MailState) -> bool:
    """Return whether staff may mark an email in this state as delivered."""
    return state is MailState.UNCERTAIN


def can_cancel(state: MailState) -> bool:
    """Return whether an email in this state may be cancelled."""
    return state is MailState.QUEUED
