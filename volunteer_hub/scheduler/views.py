"""Pages of the jobs: when each runs, how its runs went, and running one now."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.jobs import queries, rules
from volunteer_hub.jobs.labels import job_label
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.scheduler import jobs, schedule

bp = Blueprint("scheduler", __name__)


class JobListItem(NamedTuple):
    """One job as the list shows it."""

    name: str
    label: str
    schedule: str
    next_at: dt.datetime
    last_run: JobRun | None
    last_failure: JobRun | None


@bp.get("/jobs/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """List every job, and say whether a scheduler is running."""
    last_runs, last_failures = queries.latest_runs(), queries.latest_failures()
    heartbeat_at = queries.last_heartbeat_at()
    return page(
        "scheduler/index.html",
        jobs=[_list_item(job, last_runs.get(job.name), last_failures.get(job.name)) for job in jobs.JOBS],
        heartbeat_at=heartbeat_at,
        is_down=rules.is_scheduler_down(heartbeat_at, now()),
    )


def _list_item(job: jobs.Job, last_run: JobRun | None, last_failure: JobRun | None) -> JobListItem:
    description = schedule.describe_schedule(job, now(), viewer().time_zone)
    next_at = schedule.next_run_at(job, now())
    return JobListItem(job.name, job_label(job.name), description, next_at, last_run, last_failure)


def _get_job(name: str) -> jobs.Job:
    if name not in jobs.JOBS_BY_NAME:
        raise NotFound(_("There is no such job."), code="job_not_found")
    return jobs.JOBS_BY_NAME[name]


@bp.get("/jobs/<job>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(job: str) -> Reply:
    """Show one job and its recorded runs."""
    definition = _get_job(job)
    return page(
        "scheduler/show.html",
        item=_list_item(definition, None, None),
        runs=queries.list_runs(definition.name, key=query_values().page_key),
        can_run=viewer().has(Role.ADMIN) and not definition.frequent,
    )


@bp.route("/jobs/<job>/run", methods=["GET", "POST"])
@allow(Role.ADMIN)
def run(job: str) -> Reply:
    """Run a job now, after a confirmation. The run's start is committed first, so a double click runs it once."""
    definition = _get_job(job)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            job_run = jobs.begin_manual_run(definition, actor=viewer())
            reply = finish(url_for("scheduler.show", job=job))
            jobs.execute_run(definition, job_run)
            flash(_("The job failed. The reason is below.") if job_run.error else _("The job has finished."))
            return reply
    return page("scheduler/run.html", form=form, job=job, label=job_label(job), can_run=not definition.frequent)
