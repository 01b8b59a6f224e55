"""The states of an erasure request with their allowed moves, and the categories with a retention period."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class ErasureState(enum.StrEnum):
    """State of an erasure request."""

    REQUESTED = "asked"
    GRANTED = "granted"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


E = ErasureState
MOVES: Moves[ErasureState] = {
    E.REQUESTED: frozenset({E.GRANTED, E.REFUSED, E.WITHDRAWN}),
    E.GRANTED: frozenset({E.DONE, E.WITHDRAWN}),
    E.DONE: frozenset(),
    E.REFUSED: frozenset(),
    E.WITHDRAWN: frozenset(),
}
FIRST = frozenset({E.REQUESTED})


class RetentionCategory(enum.StrEnum):
    """Data with a retention period that administrators set."""

    PEOPLE = "people"
    EMAILS = "emails"
    SESSIONS = "sessions"
    JOB_RUNS = "job_runs"
    IMPORTS = "imports"
