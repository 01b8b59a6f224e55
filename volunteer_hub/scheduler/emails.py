"""E-mails about jobs: somebody must know when one fails."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.queries import list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.service import queue
from volunteer_hub.scheduler.labels import job_words
from volunteer_hub.scheduler.models import JobRun

FAILED = "job_failed"


def job_failed(run: JobRun, *, now: dt.datetime) -> None:
    """To the administrators: what failed and where to look. The fault itself may quote data, so it stays on the page."""
    for admin in list_recipients_with_role(Role.ADMIN, today=now.date()):
        queue(FAILED, admin, run, now=now, job=job_words(run.job), name=run.job, failed_at=run.started_at)
