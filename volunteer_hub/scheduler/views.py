"""The jobs that run by themselves: when, how it went, and running one now."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.jobs import queries
from volunteer_hub.jobs.labels import job_label
from volunteer_hub.jobs.models import JobRun
from volunteer_hub.reports import rules
from volunteer_hub.reports.queries import placement_health
from volunteer_hub.scheduler import jobs, schedule
from volunteer_hub.scheduler.forms import RunJobForm

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
Reply = Response | tuple[str, int]


class JobListItem(NamedTuple):
    """One job as the list shows it."""

    name: str
    words: str
    times: str
    next_at: dt.datetime
    last: JobRun | None
    failed: JobRun | None


@bp.get("/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """Every job, and whether a scheduler is at work."""
    last, failed = queries.latest_runs(), queries.latest_failures()
    beat_at = placement_health.last_heartbeat_at()
    return page(
        "scheduler/index.html",
        lines=[_line(job, last.get(job.name), failed.get(job.name)) for job in jobs.JOBS],
        beat_at=beat_at,
        stands_still=rules.is_scheduler_down(beat_at, now()),
    )


def _line(job: jobs.Job, last: JobRun | None, failed: JobRun | None) -> JobListItem:
    times = schedule.describe_schedule(job, now(), viewer().time_zone)
    return JobListItem(job.name, job_label(job.name), times, schedule.next_run_at(job, now()), last, failed)


def _job(name: str) -> jobs.Job:
    found = jobs.JOBS_BY_NAME.get(name)
    if found is None:
        raise NotFound("There is no such job.")
    return found


@bp.get("/<job>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(job: str) -> Reply:
    """One job and its runs of the last two weeks."""
    found = _job(job)
    return page(
        "scheduler/show.html",
        line=_line(found, None, None),
        found=queries.list_runs(job, key=request.args.get("after")),
        can_run=viewer().has(Role.ADMIN) and not found.frequent,
    )


@bp.route("/<job>/run", methods=["GET", "POST"])
@allow(Role.ADMIN)
def run(job: str) -> Reply:
    """Ask, then run a job now. That it was begun is committed first: a double click runs it once."""
    found = _job(job)
    form = RunJobForm.bind()
    if form.accepted():
        with form.refusals():
            begun = jobs.begin_manual_run(found, actor=viewer())
            reply = finish(url_for(".show", job=job))
            done = jobs.execute_run(found, begun)
            flash(_("The job failed. The reason is below.") if done.error else _("The job has finished."))
            return reply
    return page("scheduler/run.html", form=form, job=job, words=job_label(job), can_run=not found.frequent)
