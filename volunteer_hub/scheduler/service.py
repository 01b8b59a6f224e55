"""Writes the runs of jobs: claims a slot, takes over an interrupted run, records how a run ended."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.db import db
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.scheduler import emails, queries

FAILURE_MAIL_INTERVAL = dt.timedelta(hours=24)
"""At most one e-mail per job in this time."""
RUN_LEASE = dt.timedelta(minutes=30)
"""Longer than any job takes: a run without an end after this time belongs to a process that died."""
MAX_TRIES = 3
INTERRUPTED_ERROR = f"The process stopped before the end, {MAX_TRIES} times."
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slot_start(now: dt.datetime, width: dt.timedelta) -> dt.datetime:
    """Return the start of the slot that `now` falls into: the same for all processes, whenever in the slot they ask."""
    return now - (now - EPOCH) % width


def claim_slot(job: str, slot_at: dt.datetime, *, now: dt.datetime) -> JobRun:
    """Insert the run that owns a slot. Raises IntegrityError when another process has claimed it."""
    run = JobRun(job=job, slot_at=slot_at, started_at=now, lease_until=now + RUN_LEASE)
    db.session.add(run)
    db.session.flush()
    return run


def reclaim_run(run: JobRun, *, now: dt.datetime) -> bool:
    """Take over the run of a process that died.

    Returns False when the run has been tried MAX_TRIES times: it is then recorded as failed.
    """
    if run.tries >= MAX_TRIES:
        finish_run(run, count=None, error=INTERRUPTED_ERROR, now=now)
        notify_admins(run, now=now)
        return False
    run.tries += 1
    run.lease_until = now + RUN_LEASE
    return True


def next_free_slot(job: str, now: dt.datetime) -> dt.datetime:
    """Return the first instant from `now` on that is not the slot of a run of this job. Manual runs use it."""
    while job_runs.has_run(job, now):
        now += dt.timedelta(microseconds=1)
    return now


def notify_admins(run: JobRun, *, now: dt.datetime) -> None:
    """Queue e-mails to the administrators about a failed run, unless this job had some within FAILURE_MAIL_INTERVAL."""
    if not queries.has_failure_mail(run.job, since=now - FAILURE_MAIL_INTERVAL):
        emails.notify_job_failed(run, now=now)


def finish_run(run: JobRun, *, count: int | None, error: str | None, now: dt.datetime) -> None:
    """Record the end of a run: how many items it handled, or its error."""
    run.ended_at, run.count, run.error = now, count, error
