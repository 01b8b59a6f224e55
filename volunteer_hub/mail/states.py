"""The life of an email, and what a bounce says about its address."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class MailState(enum.StrEnum):
    """Where a row of the outbox stands. HANDING_OVER means that its text is on the wire; SENT that the server took it."""

    QUEUED = "queued"
    LEASED = "leased"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


class Bounce(enum.StrEnum):
    """What the recipient's side said afterwards: `hard` for an address that takes no email, `soft` for a passing reason."""

    HARD = "hard"
    SOFT = "soft"


MOVES: Moves[MailState] = {
    MailState.QUEUED: frozenset({MailState.LEASED, MailState.CANCELLED, MailState.FAILED}),
    MailState.LEASED: frozenset({MailState.HANDING_OVER, MailState.QUEUED, MailState.FAILED}),
    MailState.HANDING_OVER: frozenset({MailState.SENT, MailState.QUEUED, MailState.FAILED, MailState.UNCERTAIN}),
    MailState.SENT: frozenset(),
    MailState.FAILED: frozenset({MailState.QUEUED, MailState.CANCELLED}),
    MailState.CANCELLED: frozenset(),
    MailState.UNCERTAIN: frozenset({MailState.QUEUED, MailState.SENT, MailState.CANCELLED}),
}
FIRST = frozenset({MailState.QUEUED})
