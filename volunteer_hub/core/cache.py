"""Per-process caches, kept with the application: one value of the database, or one value per key.

A transaction that changes a `CachedValue` calls `mark_changed`: it sees its own value at once, the rest of the process
after its end, other processes after MAX_AGE_SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable
from typing import Generic, NamedTuple, TypeVar

from flask import Flask, current_app, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from volunteer_hub.core.db import db

T = TypeVar("T")
MAX_AGE_SECONDS = 30.0
"""Age at which a value is read again, as another process may have changed it."""


_names: set[str] = set()


def register_name(name: str) -> str:
    """Return `name`, under which a cache is kept in `app.extensions`, so that `clear_all` knows it."""
    _names.add(name)
    return name


def clear_all(app: Flask, *, keep: Collection[str] = ()) -> None:
    """Empty every cache of this application but those of `keep`. For tests, which change the database behind them."""
    for name in _names.difference(keep):
        app.extensions.pop(name, None)


class CacheEntry(NamedTuple, Generic[T]):
    """A cached value and when it was read (monotonic seconds)."""

    read_at: float
    value: T


class CachedValue(Generic[T]):
    """A cached value under `name`, loaded by `read`. The configuration may override its age by `VOCABULARY_SECONDS`."""

    def __init__(
        self, name: str, read: Callable[[], T], *, should_cache: Callable[[T], bool] = lambda _value: True
    ) -> None:
        """`should_cache(value)`: a value for which it is false is returned without being cached."""
        self.name, self.own_key, self.read, self.should_cache = name, f"{name}_changed", read, should_cache
        register_name(name)
        event.listen(db.session, "after_transaction_end", self._after_end)

    def get(self) -> T:
        """Return the value, read again if it is too old. A transaction that changed it sees its own value."""
        own: T | None = db.session.info.get(self.own_key)
        if own is not None:
            return own
        entry: CacheEntry[T] | None = current_app.extensions.get(self.name)
        if entry is None or time.monotonic() - entry.read_at > current_app.config.get(
            "VOCABULARY_SECONDS", MAX_AGE_SECONDS
        ):
            entry = CacheEntry(time.monotonic(), self.read())
            if self.should_cache(entry.value):
                current_app.extensions[self.name] = entry
        return entry.value

    def mark_changed(self) -> None:
        """Read the value as the current transaction changed it, and invalidate the cache at the transaction's end."""
        db.session.info[self.own_key] = self.read()

    def invalidate(self) -> None:
        """Drop the cached value; the next `get` reads it again."""
        current_app.extensions.pop(self.name, None)

    def _after_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info.pop(self.own_key, None) and has_app_context():
            self.invalidate()


class ExpiringCache(Generic[T]):
    """Values by key under `name`, each for `seconds` and as long as what it was made from is the same."""

    def __init__(self, name: str, *, seconds: float, max_entries: int) -> None:
        self.name, self.seconds, self.max_entries = register_name(name), seconds, max_entries

    def find(self, key: Hashable, made_from: Hashable) -> T | None:
        """Return the value of `key`; None if there is none, it is too old or it was made from something else."""
        entry: CacheEntry[tuple[Hashable, T]] | None = self._entries().get(key)
        if entry is None or entry.value[0] != made_from or time.monotonic() - entry.read_at > self.seconds:
            return None
        return entry.value[1]

    def store(self, key: Hashable, made_from: Hashable, value: T) -> None:
        """Cache a value. A full cache is emptied first."""
        entries = self._entries()
        if len(entries) >= self.max_entries:
            entries.clear()
        entries[key] = CacheEntry(time.monotonic(), (made_from, value))

    def _entries(self) -> dict[Hashable, CacheEntry[tuple[Hashable, T]]]:
        entries: dict[Hashable, CacheEntry[tuple[Hashable, T]]] = current_app.extensions.setdefault(self.name, {})
        return entries
