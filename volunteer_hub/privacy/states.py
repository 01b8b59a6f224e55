"""The life of a request for erasure, and what has a time to be kept."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class ErasureState(enum.StrEnum):
    """Where somebody's wish to be erased stands."""

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
    """What is kept for a time that the programme sets."""

    PEOPLE = "people"
    EMAILS = "emails"
    SESSIONS = "sessions"
    JOB_RUNS = "job_runs"
    IMPORTS = "imports"
