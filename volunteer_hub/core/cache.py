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
MAX_AGE_SECONDS = 30.0
"""Seconds after which it is read again: another process may have changed it."""


class CacheEntry(NamedTuple, Generic[T]):
    """A value, and when it was read (monotonic seconds)."""

    read_at: float
    value: T


class CachedValue(Generic[T]):
    """One such value under `name`, as `read` finds it. `VOCABULARY_SECONDS` of the configuration sets its age."""

    def __init__(
        self, name: str, read: Callable[[], T], *, should_cache: Callable[[T], bool] = lambda _value: True
    ) -> None:
        """`worth_it`: what it refuses is used, not kept."""
        self.name, self.own_key, self.read, self.should_cache = name, f"{name}_changed", read, should_cache
        event.listen(db.session, "after_transaction_end", self._after_end)

    def get(self) -> T:
        """The value, read anew when it is old. A transaction that changes it sees its own."""
        own: T | None = db.session.info.get(self.own_key)
        if own is not None:
            return own
        held: CacheEntry[T] | None = current_app.extensions.get(self.name)
        if held is None or time.monotonic() - held.read_at > current_app.config.get(
            "VOCABULARY_SECONDS", MAX_AGE_SECONDS
        ):
            held = CacheEntry(time.monotonic(), self.read())
            if self.should_cache(held.value):
                current_app.extensions[self.name] = held
        return held.value

    def mark_changed(self) -> None:
        """The transaction under way has changed it: read its own now, and let everybody read anew after it."""
        db.session.info[self.own_key] = self.read()

    def invalidate(self) -> None:
        """Read it again next time."""
        current_app.extensions.pop(self.name, None)

    def _after_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info.pop(self.own_key, None) and has_app_context():
            self.invalidate()
