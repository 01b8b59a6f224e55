"""Kinds of ledger accounts and movements, and the states of a reservation."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class LedgerKind(enum.StrEnum):
    """Kind of a ledger account."""

    FUNDER = "funder"
    FUND = "fund"
    ALLOCATION = "allocation"
    RESERVED = "reserved"
    SPENT = "spent"


class JournalKind(enum.StrEnum):
    """Kind of a movement of money."""

    RECEIVE = "receive"
    ALLOCATE = "allocate"
    RESERVE = "reserve"
    POST = "post"
    RELEASE = "release"
    RETURN = "return"
    REVERSE = "reverse"


class ReservationState(enum.StrEnum):
    """State of a reservation: it is active, and then ends exactly once."""

    ACTIVE = "held"
    POSTED = "posted"
    RELEASED = "released"


MOVES: Moves[ReservationState] = {
    ReservationState.ACTIVE: frozenset({ReservationState.POSTED, ReservationState.RELEASED}),
    ReservationState.POSTED: frozenset(),
    ReservationState.RELEASED: frozenset(),
}
FIRST = frozenset({ReservationState.ACTIVE})
