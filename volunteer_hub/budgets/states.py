"""Kinds of ledger account and journal, and the life of a reservation."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class LedgerKind(enum.StrEnum):
    """What a ledger account stands for."""

    FUNDER = "funder"
    FUND = "fund"
    ALLOCATION = "allocation"
    RESERVED = "reserved"
    SPENT = "spent"


class JournalKind(enum.StrEnum):
    """What a movement of money was."""

    RECEIVE = "receive"
    ALLOCATE = "allocate"
    RESERVE = "reserve"
    POST = "post"
    RELEASE = "release"
    RETURN = "return"
    REVERSE = "reverse"


class ReservationState(enum.StrEnum):
    """A reservation is ended exactly once."""

    ACTIVE = "held"
    POSTED = "posted"
    RELEASED = "released"


MOVES: Moves[ReservationState] = {
    ReservationState.ACTIVE: frozenset({ReservationState.POSTED, ReservationState.RELEASED}),
    ReservationState.POSTED: frozenset(),
    ReservationState.RELEASED: frozenset(),
}
FIRST = frozenset({ReservationState.ACTIVE})
