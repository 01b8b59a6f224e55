"""States of a placement and of a line manager's release."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class PlacementState(enum.StrEnum):
    """State of a placement."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


P = PlacementState
MOVES: Moves[PlacementState] = {
    P.PLANNED: frozenset({P.ACTIVE, P.ENDED_EARLY}),
    P.ACTIVE: frozenset({P.PAUSED, P.COMPLETED, P.ENDED_EARLY}),
    P.PAUSED: frozenset({P.ACTIVE, P.ENDED_EARLY}),
    P.COMPLETED: frozenset(),
    P.ENDED_EARLY: frozenset(),
}
FIRST = frozenset({P.PLANNED})
ENDED = frozenset({P.COMPLETED, P.ENDED_EARLY})


class ReleaseState(enum.StrEnum):
    """Answer of the line manager. Without an answer the release is never granted."""

    WAITING = "waiting"
    GRANTED = "given"
    REFUSED = "refused"


RELEASE_MOVES: Moves[ReleaseState] = {
    ReleaseState.WAITING: frozenset({ReleaseState.GRANTED, ReleaseState.REFUSED}),
    ReleaseState.GRANTED: frozenset(),
    ReleaseState.REFUSED: frozenset({ReleaseState.WAITING}),
}
RELEASE_FIRST = frozenset({ReleaseState.WAITING})
