"""E-mails about jobs: somebody must know when one fails."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.queries import list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.jobs.labels import job_label
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail.service import queue

JOB_FAILED_KIND = "job_failed"


def queue_job_failed(run: JobRun, *, now: dt.datetime) -> None:
    """To the administrators: what failed and where to look. The fault itself may quote data, so it stays on the page."""
    for admin in list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue(JOB_FAILED_KIND, admin, run, now=now, job=job_label(run.job), name=run.job, failed_at=run.started_at)
