"""Reading the runs of jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail.models import OutboxMail


def latest_runs() -> dict[str, JobRun]:
    """The latest recorded run of each job, by its name."""
    latest = sa.select(sa.func.max(JobRun.id)).group_by(JobRun.job)
    runs = db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(latest)).order_by(JobRun.job))
    return {run.job: run for run in runs}


def latest_failures() -> dict[str, JobRun]:
    """The latest run of each job that failed, by its name."""
    latest = sa.select(sa.func.max(JobRun.id)).where(JobRun.error.is_not(None)).group_by(JobRun.job)
    runs = db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(latest)).order_by(JobRun.job))
    return {run.job: run for run in runs}


def list_runs(job: str, *, key: str | None) -> paging.Page[JobRun]:
    """The runs of one job, the newest first; one query a page."""
    statement = paging.after(sa.select(JobRun).where(JobRun.job == job), JobRun.started_at, JobRun.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.started_at, row.id) for row in rows])


def lock_interrupted_runs(now: dt.datetime, *, lease: dt.timedelta) -> Sequence[JobRun]:
    """Runs without an end whose lease is over, locked for whoever takes them over.

    A lease that ends later than any lease can was written by a clock that was ahead.
    """
    over = sa.or_(JobRun.lease_until <= now, JobRun.lease_until > now + 2 * lease)
    statement = sa.select(JobRun).where(JobRun.ended_at.is_(None), over).order_by(JobRun.id)
    return db.session.scalars(statement.with_for_update(skip_locked=True)).all()


def has_run(job: str, slot_at: dt.datetime) -> bool:
    """Whether somebody has that slot."""
    return db.session.execute(sa.select(JobRun.id).filter_by(job=job, slot_at=slot_at)).first() is not None


def has_failure_mail(job: str, *, since: dt.datetime) -> bool:
    """Whether an e-mail about a failure of this job was written since then."""
    statement = (
        sa.select(OutboxMail.id)
        .join(JobRun, JobRun.id == OutboxMail.subject_id)
        .where(OutboxMail.kind == "job_failed", OutboxMail.subject_type == subject_type(JobRun))
        .where(JobRun.job == job, OutboxMail.created_at > since)
    )
    return db.session.execute(statement.limit(1)).first() is not None


def find_latest_finished(job: str) -> JobRun | None:
    """The latest run of a job that came to its end."""
    statement = sa.select(JobRun).where(JobRun.job == job, JobRun.ended_at.is_not(None))
    return db.session.scalars(statement.order_by(JobRun.id.desc()).limit(1)).one_or_none()


def latest_successes() -> dict[str, JobRun]:
    """The latest run of each job that ended well, by its name."""
    well = sa.and_(JobRun.ended_at.is_not(None), JobRun.error.is_(None))
    latest = sa.select(sa.func.max(JobRun.id)).where(well).group_by(JobRun.job)
    runs = db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(latest)).order_by(JobRun.job))
    return {run.job: run for run in runs}
