"""Runs of jobs as rows: take a slot, note how it ended."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.db import db
from volunteer_hub.jobs import queries
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.scheduler import emails

FAILURE_MAIL_INTERVAL = dt.timedelta(hours=24)
RUN_LEASE = dt.timedelta(minutes=30)
"""No job takes as long: a run without an end after this time belongs to a process that died."""
MAX_TRIES = 3
INTERRUPTED_ERROR = f"The process stopped before the end, {MAX_TRIES} times."
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slot_start(now: dt.datetime, width: dt.timedelta) -> dt.datetime:
    """The slot that `now` falls into: all processes name it alike, whatever millisecond they woke up."""
    return now - (now - EPOCH) % width


def claim_slot(job: str, slot_at: dt.datetime, *, now: dt.datetime) -> JobRun:
    """Claim a slot. Raises IntegrityError when somebody else has it."""
    run = JobRun(job=job, slot_at=slot_at, started_at=now, lease_until=now + RUN_LEASE)
    db.session.add(run)
    db.session.flush()
    return run


def reclaim_run(run: JobRun, *, now: dt.datetime) -> bool:
    """Claim a run whose process died. Returns False when it has been tried too often: then it has failed."""
    if run.tries >= MAX_TRIES:
        finish_run(run, count=None, error=INTERRUPTED_ERROR, now=now)
        notify_admins(run, now=now)
        return False
    run.tries += 1
    run.lease_until = now + RUN_LEASE
    return True


def next_free_slot(job: str, now: dt.datetime) -> dt.datetime:
    """The first instant from `now` on that no run of this job has: the slot of a run by hand."""
    while queries.has_run(job, now):
        now += dt.timedelta(microseconds=1)
    return now


def notify_admins(run: JobRun, *, now: dt.datetime) -> None:
    """A job failed: the administrators hear of it, at most once a day for each job."""
    if not queries.has_failure_mail(run.job, since=now - FAILURE_MAIL_INTERVAL):
        emails.queue_job_failed(run, now=now)


def finish_run(run: JobRun, *, count: int | None, error: str | None, now: dt.datetime) -> None:
    """Note how a run ended."""
    run.ended_at, run.count, run.error = now, count, error
