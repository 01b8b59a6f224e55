"""Runs of jobs as rows: take a slot, note how it ended."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.db import db
from volunteer_hub.scheduler.models import JobRun

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slot_of(now: dt.datetime, width: dt.timedelta) -> dt.datetime:
    """The slot that `now` falls into: all processes name it alike, whatever millisecond they woke up."""
    return now - (now - EPOCH) % width


def take(job: str, slot_at: dt.datetime, *, now: dt.datetime) -> JobRun:
    """Claim a slot. Raises IntegrityError when somebody else has it."""
    run = JobRun(job=job, slot_at=slot_at, started_at=now)
    db.session.add(run)
    db.session.flush()
    return run


def end(run: JobRun, *, count: int | None, error: str | None, now: dt.datetime) -> None:
    """Note how a run ended."""
    run.ended_at, run.count, run.error = now, count, error
