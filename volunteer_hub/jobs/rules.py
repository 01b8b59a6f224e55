"""What the rows of job runs mean. Plain values in, value out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

HEARTBEAT_TIMEOUT = dt.timedelta(minutes=2)
"""A leading scheduler records a heartbeat every 30 seconds."""
AUDIT_CHECK = "verify_audit"
"""The name of the job that checks the audit chain."""


class RunWithError(Protocol):
    """A job's last run, as far as these rules look at it."""

    @property
    def error(self) -> str | None:
        """The error of a failed run."""


def count_failed(runs: Iterable[RunWithError]) -> int:
    """Return how many of these runs failed."""
    return sum(1 for run in runs if run.error)


def is_scheduler_down(heartbeat_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether no scheduler can be running: the last heartbeat is too far from `now`, on either side."""
    return heartbeat_at is None or abs(now - heartbeat_at) > HEARTBEAT_TIMEOUT
