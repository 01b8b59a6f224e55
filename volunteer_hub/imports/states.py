"""States of an import and their moves, and the kinds of file."""

from __future__ import annotations

import enum

from volunteer_hub.core.states import Moves


class ImportKind(enum.StrEnum):
    """What the rows of a file are."""

    VOLUNTEERS = "volunteers"
    INSTITUTIONS = "institutions"


class ImportState(enum.StrEnum):
    """The state of an import."""

    CHECKED = "checked"
    DONE = "done"
    DISCARDED = "discarded"


MOVES: Moves[ImportState] = {
    ImportState.CHECKED: frozenset({ImportState.DONE, ImportState.DISCARDED}),
    ImportState.DONE: frozenset(),
    ImportState.DISCARDED: frozenset(),
}
FIRST = frozenset({ImportState.CHECKED})
