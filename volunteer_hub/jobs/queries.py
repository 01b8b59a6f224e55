"""Reads the runs of jobs and the scheduler's heartbeat. Nothing in them is about a person, so they take no viewer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.jobs.models import JobRun, SchedulerHeartbeat


def latest_runs() -> dict[str, JobRun]:
    """Return the latest recorded run of each job, by the job's name."""
    return _latest_by_job(sa.true())


def latest_failures() -> dict[str, JobRun]:
    """Return the latest failed run of each job, by the job's name."""
    return _latest_by_job(JobRun.error.is_not(None))


def latest_successes() -> dict[str, JobRun]:
    """Return the latest run of each job that ended without an error, by the job's name."""
    return _latest_by_job(sa.and_(JobRun.ended_at.is_not(None), JobRun.error.is_(None)))


def _latest_by_job(condition: sa.ColumnElement[bool]) -> dict[str, JobRun]:
    latest = sa.select(sa.func.max(JobRun.id)).where(condition).group_by(JobRun.job)
    runs = db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(latest)).order_by(JobRun.job))
    return {run.job: run for run in runs}


def list_job_outcomes() -> Sequence[sa.Row[tuple[str, dt.datetime, str | None, dt.datetime | None, str | None]]]:
    """Return (job, started_at, error, failed_at, failure) of each job: its last run and its last failure; one query."""
    latest = (
        sa.select(
            JobRun.job,
            sa.func.max(JobRun.id).label("id"),
            sa.func.max(sa.case((JobRun.error.is_not(None), JobRun.id))).label("failed_id"),
        )
        .group_by(JobRun.job)
        .subquery()
    )
    failed = orm.aliased(JobRun, name="failed")
    statement: sa.Select[Any] = (
        sa.select(
            JobRun.job,
            JobRun.started_at,
            JobRun.error,
            failed.started_at.label("failed_at"),
            failed.error.label("failure"),
        )
        .join(latest, latest.c.id == JobRun.id)
        .outerjoin(failed, failed.id == latest.c.failed_id)
        .order_by(JobRun.job)
    )
    return db.session.execute(statement).all()


def list_runs(job: str, *, key: str | None) -> paging.Page[JobRun]:
    """Return one page of the runs of a job, newest first; one query per page."""
    statement = paging.after(sa.select(JobRun).where(JobRun.job == job), (JobRun.started_at, JobRun.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.started_at, row.id) for row in rows])


def lock_interrupted_runs(now: dt.datetime, *, lease: dt.timedelta) -> Sequence[JobRun]:
    """Return the runs without an end whose lease is over, locked; rows locked by others are skipped.

    A lease that ends later than any lease can was written by a clock that was ahead, and counts as over.
    """
    over = sa.or_(JobRun.lease_until <= now, JobRun.lease_until > now + 2 * lease)
    statement = sa.select(JobRun).where(JobRun.ended_at.is_(None), over).order_by(JobRun.id)
    return db.session.scalars(statement.with_for_update(skip_locked=True)).all()


def has_run(job: str, slot_at: dt.datetime) -> bool:
    """Return whether a run of this job has that slot."""
    return db.session.execute(sa.select(JobRun.id).filter_by(job=job, slot_at=slot_at)).first() is not None


def find_latest_finished(job: str) -> JobRun | None:
    """Return the latest run of a job that has ended, with or without an error."""
    statement = sa.select(JobRun).where(JobRun.job == job, JobRun.ended_at.is_not(None))
    return db.session.scalars(statement.order_by(JobRun.id.desc()).limit(1)).one_or_none()


def last_heartbeat_at() -> dt.datetime | None:
    """Return when a leading scheduler last recorded a heartbeat."""
    return db.session.scalar(sa.select(sa.func.max(SchedulerHeartbeat.beat_at)))
