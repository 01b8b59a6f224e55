"""The states of a programme and their allowed moves."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class ProgrammeState(enum.StrEnum):
    """State of a programme."""

    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"


MOVES: Moves[ProgrammeState] = {
    ProgrammeState.DRAFT: frozenset({ProgrammeState.ACTIVE}),
    ProgrammeState.ACTIVE: frozenset({ProgrammeState.CLOSED}),
    ProgrammeState.CLOSED: frozenset({ProgrammeState.ACTIVE}),
}
FIRST = frozenset({ProgrammeState.DRAFT, ProgrammeState.ACTIVE})
