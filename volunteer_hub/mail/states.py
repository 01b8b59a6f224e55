"""The states of an email and the kinds of bounces."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class MailState(enum.StrEnum):
    """The state of an email. HANDING_OVER: its content is being transmitted. SENT: the server accepted it."""

    QUEUED = "queued"
    LEASED = "leased"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


class Bounce(enum.StrEnum):
    """A later report of the recipient's server: HARD if the address accepts no email, SOFT for a temporary reason."""

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
