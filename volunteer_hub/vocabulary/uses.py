"""Who uses a skill. The areas above this one teach it at start-up, as this one may not know them.

Each kind of use has a counter for the page of a skill, a mover for merging, and may have a refresher, called
when a skill's name or synonyms have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from volunteer_hub.core.access import Viewer


@dataclass(frozen=True)
class Use:
    """How many rows of one kind have a skill, how many of these are live, and where a viewer may list them."""

    words: str
    number: int
    live: int
    url: str | None = None


@dataclass(frozen=True)
class Moved:
    """What a merge did: rows that took the new skill, and rows that had both and keep the higher."""

    moved: int
    joined: int


Counter = Callable[[str, Viewer], Use]
Mover = Callable[[str, str], Moved]
Refresher = Callable[[str], None]


@dataclass(frozen=True)
class Teacher:
    """What one kind of use taught."""

    counter: Counter
    mover: Mover
    refresher: Refresher | None = None


_known: dict[str, Teacher] = {}


def teach(kind: str, counter: Counter, mover: Mover, refresher: Refresher | None = None) -> None:
    """Let `counter` count and `mover` move every use of that kind."""
    _known[kind] = Teacher(counter, mover, refresher)


def of(code: str, viewer: Viewer) -> list[Use]:
    """Each kind of use of a skill, one query a kind."""
    return [known.counter(code, viewer) for known in _known.values()]


def move(old: str, new: str) -> Mapping[str, Moved]:
    """Give the skill `new` to all that has `old`. The caller holds both rows."""
    return {kind: known.mover(old, new) for kind, known in _known.items()}


def refresh(code: str) -> None:
    """Tell all that has a skill that its words have changed."""
    for known in _known.values():
        if known.refresher:
            known.refresher(code)
