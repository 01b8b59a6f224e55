"""Jobs that record or fail, and their runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.scheduler import jobs, service

HOUR = dt.timedelta(hours=1)


def make_recording_job(name: str = "counted", **more: Any) -> tuple[jobs.Job, list[dt.datetime]]:
    """Return a job, and the list to which it appends the time of each call."""
    calls: list[dt.datetime] = []

    def act(now: dt.datetime) -> int:
        calls.append(now)
        return 1

    return jobs.Job(name, act, HOUR, {"minute": "0"}, **more), calls


def make_failing_job(name: str = "broken") -> jobs.Job:
    """Return a job that writes and then fails."""

    def act(now: dt.datetime) -> int:
        db.session.add(JobRun(job="half a change", slot_at=now, started_at=now))
        db.session.flush()
        raise RuntimeError("the disk is full\nDETAIL: somebody@example.org")

    return jobs.Job(name, act, HOUR, {"minute": "0"})


def runs() -> list[JobRun]:
    """Return all recorded runs, the oldest first."""
    return list(db.session.scalars(sa.select(JobRun).order_by(JobRun.id)))


def leave_unended(name: str, now: dt.datetime, *, tries: int = 1) -> JobRun:
    """Commit a run without an end, as left by a process that died."""
    run = service.claim_slot(name, service.slot_start(now, HOUR), now=now)
    run.tries = tries
    db.session.commit()
    return run
