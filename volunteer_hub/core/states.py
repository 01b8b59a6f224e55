"""State machines: a StrEnum, a table of allowed moves, and a guard on the column.

The guard checks plain assignment too. `active_history` loads the old value of rows that a commit has expired, which
SQLAlchemy would otherwise report as missing. Never bulk-update a state: that bypasses the guard.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.base import NO_VALUE

from volunteer_hub.core.errors import Conflict

S = TypeVar("S", bound=enum.StrEnum)
Moves = Mapping[S, frozenset[S]]


class IllegalMove(Conflict):
    """The table of moves does not allow this step, usually because a concurrent change came first."""


def check_table(states: type[S], moves: Moves[S]) -> None:
    """Check that the table has a row for every state. Raises ValueError if not."""
    missing = [state for state in states if state not in moves]
    if missing:
        raise ValueError(f"{states.__name__} has no row of moves for {missing}")


def check_move(moves: Moves[S], old: S, new: S) -> None:
    """Raise IllegalMove unless the table allows the move from `old` to `new`."""
    if new not in moves[old]:
        raise IllegalMove(
            _(
                "This is already “%(old)s”, so it cannot be made “%(new)s”. Somebody may have acted before you.",
                old=old.value.replace("_", " "),
                new=new.value.replace("_", " "),
            ),
            code="illegal_move",
        )


def guard(column: InstrumentedAttribute[Any], states: type[S], moves: Moves[S], *, first: frozenset[S]) -> None:
    """Make every assignment to `column` that the table does not allow raise IllegalMove.

    `first` holds the states in which a row may be created.
    """
    check_table(states, moves)

    def _set(target: Any, value: Any, old: Any, _initiator: Any) -> Any:
        new = states(value)
        if old is NO_VALUE or old is None:
            if new not in first:
                raise IllegalMove(
                    _("A new row cannot start as “%(state)s”.", state=new.value), code="illegal_first_state"
                )
        elif states(old) != new:
            check_move(moves, states(old), new)
        return new

    event.listen(column, "set", _set, retval=True, active_history=True)
