"""The life of an e-mail."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class MailState(enum.StrEnum):
    """Where a row of the outbox stands."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"


MOVES: Moves[MailState] = {
    MailState.QUEUED: frozenset({MailState.LEASED, MailState.CANCELLED}),
    MailState.LEASED: frozenset({MailState.SENT, MailState.QUEUED, MailState.FAILED, MailState.UNCERTAIN}),
    MailState.SENT: frozenset(),
    MailState.FAILED: frozenset({MailState.QUEUED, MailState.CANCELLED}),
    MailState.CANCELLED: frozenset(),
    MailState.UNCERTAIN: frozenset({MailState.QUEUED, MailState.SENT, MailState.CANCELLED}),
}
FIRST = frozenset({MailState.QUEUED})
