"""What the scheduler reads besides the runs of jobs: the e-mails about failures."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail.models import OutboxMail


def has_failure_mail(job: str, *, since: dt.datetime) -> bool:
    """Return whether an e-mail about a failure of this job has been queued after `since`."""
    statement = (
        sa.select(OutboxMail.id)
        .join(JobRun, JobRun.id == OutboxMail.subject_id)
        .where(OutboxMail.kind == "job_failed", OutboxMail.subject_type == JobRun.__tablename__)
        .where(JobRun.job == job, OutboxMail.created_at > since)
    )
    return db.session.execute(statement.limit(1)).first() is not None
