"""Findings about the service: facts in, one line per finding out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from volunteer_hub.jobs import rules as jobs

MIN_FREE_BYTES = 50_000_000
SYNCHRONOUS_FULL = 2


@dataclass(frozen=True)
class DatabaseFacts:
    """The state of the database. `revision` is empty without tables; `free_bytes` and `synchronous` are set on SQLite."""

    is_reachable: bool = True
    revision: str = ""
    head: str = ""
    is_writable: bool = True
    free_bytes: int | None = None
    synchronous: int | None = None

    @property
    def is_up_to_date(self) -> bool:
        """Whether the database is reachable and at the newest revision of the code."""
        return self.is_reachable and self.revision == self.head


@dataclass(frozen=True)
class SchedulerFacts:
    """The scheduler's last heartbeat, and the due time of the oldest unsent email."""

    heartbeat_at: dt.datetime | None = None
    oldest_due_at: dt.datetime | None = None


def minutes(span: dt.timedelta) -> str:
    """Format a duration in whole minutes, at least one."""
    number = max(1, round(abs(span).total_seconds() / 60))
    return "1 minute" if number == 1 else f"{number} minutes"


def database_findings(facts: DatabaseFacts) -> Iterator[str]:
    """Yield the faults of the database."""
    if not facts.is_reachable:
        yield "The database cannot be reached."
    elif not facts.revision:
        yield "The database has no tables: run flask db upgrade."
    elif not facts.is_up_to_date:
        yield f"The database is at revision {facts.revision}, the code needs {facts.head}: run flask db upgrade."
    if not facts.is_writable:
        yield "The database cannot be written to."
    if facts.free_bytes is not None and facts.free_bytes < MIN_FREE_BYTES:
        yield f"The disk of the database has only {facts.free_bytes // 1_000_000} MB left."
    if facts.synchronous is not None and facts.synchronous != SYNCHRONOUS_FULL:
        yield "SQLite does not wait for the disk: a saved change can be lost in a power cut (synchronous must be FULL)."


def scheduler_findings(facts: SchedulerFacts, *, now: dt.datetime, mail_minutes: int) -> Iterator[str]:
    """Yield the faults of the scheduler and of email delivery. `mail_minutes` is the longest acceptable delay."""
    if facts.heartbeat_at is None:
        yield "No scheduler has run yet."
    elif jobs.is_scheduler_down(facts.heartbeat_at, now):
        yield f"No scheduler has been running for {minutes(now - facts.heartbeat_at)}."
    if facts.oldest_due_at and now - facts.oldest_due_at > dt.timedelta(minutes=mail_minutes):
        waited = minutes(now - facts.oldest_due_at)
        yield f"The oldest due email has waited for {waited} (READY_MAIL_MINUTES is {mail_minutes})."
