"""A value of the database that changes seldom, kept in memory by each process for half a minute.

A transaction that changes it calls `changed`: it sees its own value at once, everybody else after its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from flask import current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from volunteer_hub.core.db import db

T = TypeVar("T")
MAX_AGE = 30.0
"""Seconds after which it is read again: another process may have changed it."""


class Kept(Generic[T]):
    """One such value under `name`, as `read` finds it. `VOCABULARY_SECONDS` of the configuration sets its age."""

    def __init__(self, name: str, read: Callable[[], T]) -> None:
        self.name, self.read = name, read
        event.listen(db.session, "after_transaction_end", self._after_end)

    def value(self) -> T:
        """The value, read anew when it is old."""
        own: T | None = db.session.info.get(self.name)
        if own is not None:
            return own
        kept: tuple[float, T] | None = current_app.extensions.get(self.name)
        if kept is None or time.monotonic() - kept[0] > current_app.config.get("VOCABULARY_SECONDS", MAX_AGE):
            kept = (time.monotonic(), self.read())
            current_app.extensions[self.name] = kept
        return kept[1]

    def changed(self) -> None:
        """The transaction under way has changed it."""
        db.session.info[self.name] = self.read()

    def forget(self) -> None:
        """Read it again next time."""
        current_app.extensions.pop(self.name, None)

    def _after_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info.pop(self.name, None) and has_app_context():
            self.forget()
