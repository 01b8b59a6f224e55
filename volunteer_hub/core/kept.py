"""A value of the database that changes seldom, kept in memory by each process for half a minute.

A transaction that changes it calls `changed`: it sees its own value at once, everybody else after its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from volunteer_hub.core.db import db

T = TypeVar("T")
MAX_AGE = 30.0
"""Seconds after which it is read again: another process may have changed it."""


class Held(NamedTuple, Generic[T]):
    """A value, and when it was read (monotonic seconds)."""

    read_at: float
    value: T


class Kept(Generic[T]):
    """One such value under `name`, as `read` finds it. `VOCABULARY_SECONDS` of the configuration sets its age."""

    def __init__(
        self, name: str, read: Callable[[], T], *, worth_it: Callable[[T], bool] = lambda _value: True
    ) -> None:
        """`worth_it`: what it refuses is used, not kept."""
        self.name, self.own, self.read, self.worth_it = name, f"{name}_changed", read, worth_it
        event.listen(db.session, "after_transaction_end", self._after_end)

    def value(self) -> T:
        """The value, read anew when it is old. A transaction that changes it sees its own."""
        own: T | None = db.session.info.get(self.own)
        if own is not None:
            return own
        held: Held[T] | None = current_app.extensions.get(self.name)
        if held is None or time.monotonic() - held.read_at > current_app.config.get("VOCABULARY_SECONDS", MAX_AGE):
            held = Held(time.monotonic(), self.read())
            if self.worth_it(held.value):
                current_app.extensions[self.name] = held
        return held.value

    def changed(self) -> None:
        """The transaction under way has changed it: read its own now, and let everybody read anew after it."""
        db.session.info[self.own] = self.read()

    def forget(self) -> None:
        """Read it again next time."""
        current_app.extensions.pop(self.name, None)

    def _after_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info.pop(self.own, None) and has_app_context():
            self.forget()
