"""What hangs on an institution. The areas above this one teach it at start-up, as this one may not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for

from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.core.db import db

Counter = Callable[[int], sa.ScalarSelect[int]]
Refresher = Callable[[int], None]


@dataclass(frozen=True)
class Use:
    """How many rows of one kind hang on an institution, and where a viewer may list them."""

    words: Any
    number: int
    url: str | None = None


@dataclass(frozen=True)
class Teacher:
    """What one kind of use taught: its words, how to count it, its list, what to do when a name changes."""

    words: Any
    counter: Counter
    page: str
    refresher: Refresher | None = None


_known: dict[str, Teacher] = {}


def teach(kind: str, words: Any, counter: Counter, page: str, refresher: Refresher | None = None) -> None:
    """Let `counter` count the uses of that kind; `page` lists them by `?institution=`."""
    _known[kind] = Teacher(words, counter, page, refresher)


def of(institution_id: int, viewer: Viewer) -> list[Use]:
    """Each kind of use of an institution, all in one query."""
    counts = db.session.execute(sa.select(*(known.counter(institution_id) for known in _known.values()))).one()
    return [_use(known, number, institution_id, viewer) for known, number in zip(_known.values(), counts, strict=True)]


def _use(known: Teacher, number: int, institution_id: int, viewer: Viewer) -> Use:
    may_open = number and may_enter(current_app.view_functions[known.page], viewer)
    return Use(known.words, number, url_for(known.page, institution=institution_id) if may_open else None)


def refresh(institution_id: int) -> None:
    """Tell all that hangs on an institution that its words have changed."""
    for known in _known.values():
        if known.refresher:
            known.refresher(institution_id)
