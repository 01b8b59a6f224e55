"""Runs of jobs as rows: take a slot, note how it ended."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.db import db
from volunteer_hub.scheduler import emails, queries
from volunteer_hub.scheduler.models import JobRun

QUIET = dt.timedelta(hours=24)
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


def free_slot(job: str, now: dt.datetime) -> dt.datetime:
    """The first instant from `now` on that no run of this job has: the slot of a run by hand."""
    while queries.has_run(job, now):
        now += dt.timedelta(microseconds=1)
    return now


def tell_admins(run: JobRun, *, now: dt.datetime) -> None:
    """A job failed: the administrators hear of it, at most once a day for each job."""
    if not queries.told_of_failure(run.job, since=now - QUIET):
        emails.job_failed(run, now=now)


def end(run: JobRun, *, count: int | None, error: str | None, now: dt.datetime) -> None:
    """Note how a run ended."""
    run.ended_at, run.count, run.error = now, count, error
