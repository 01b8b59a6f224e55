"""States of an entry of hours, and the kinds of work."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class HoursState(enum.StrEnum):
    """State of an entry."""

    LOGGED = "logged"
    QUERIED = "queried"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


H = HoursState
MOVES: Moves[HoursState] = {
    H.LOGGED: frozenset({H.CONFIRMED, H.QUERIED, H.WITHDRAWN}),
    H.QUERIED: frozenset({H.LOGGED, H.CONFIRMED, H.WITHDRAWN}),
    H.CONFIRMED: frozenset({H.QUERIED}),
    H.WITHDRAWN: frozenset(),
}
FIRST = frozenset({H.LOGGED})
COUNTED_STATES = frozenset({H.LOGGED, H.QUERIED, H.CONFIRMED})
"""States in which an entry counts towards totals, and with which another entry may not overlap."""


class HoursKind(enum.StrEnum):
    """What the time was spent on."""

    PREPARATION = "preparation"
    DELIVERY = "delivery"
    FOLLOW_UP = "follow_up"
    COORDINATION = "coordination"
