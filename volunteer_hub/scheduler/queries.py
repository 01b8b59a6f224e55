"""Reading the runs of jobs."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.scheduler.models import JobRun


def last_runs() -> dict[str, JobRun]:
    """The latest recorded run of each job, by its name."""
    latest = sa.select(sa.func.max(JobRun.id)).group_by(JobRun.job)
    runs = db.session.scalars(sa.select(JobRun).where(JobRun.id.in_(latest)).order_by(JobRun.job))
    return {run.job: run for run in runs}
