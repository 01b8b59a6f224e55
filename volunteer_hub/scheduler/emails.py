"""E-mails about jobs that failed."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.queries import list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.jobs.labels import job_label
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.mail.service import queue

JOB_FAILED_KIND = "job_failed"


def notify_job_failed(run: JobRun, *, now: dt.datetime) -> None:
    """Queue one e-mail to each administrator: which job failed and where to look.

    The error is shown on the page only, as it may quote personal data.
    """
    for admin in list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue(JOB_FAILED_KIND, admin, run, now=now, job=job_label(run.job), name=run.job, failed_at=run.started_at)
