"""The life of a programme."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class ProgrammeState(enum.StrEnum):
    """Where a programme stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"


MOVES: Moves[ProgrammeState] = {
    ProgrammeState.DRAFT: frozenset({ProgrammeState.ACTIVE}),
    ProgrammeState.ACTIVE: frozenset({ProgrammeState.CLOSED}),
    ProgrammeState.CLOSED: frozenset({ProgrammeState.ACTIVE}),
}
FIRST = frozenset({ProgrammeState.DRAFT, ProgrammeState.ACTIVE})
