"""`flask scheduler start | list | run NAME`."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Iterator

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _

from volunteer_hub.core import database_state, shutdown
from volunteer_hub.core.safe_errors import describe
from volunteer_hub.jobs import queries
from volunteer_hub.scheduler import jobs, process

scheduler = AppGroup("scheduler", help="The jobs that run by themselves.")


@scheduler.command("start")
def start() -> None:
    """Run the jobs at their times until stopped; any number of processes may run this."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of each tick whose job is still running
    stop = threading.Event()

    def request_stop(*_: object) -> None:
        stop.set()
        shutdown.request()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, request_stop)
    with _report_faults_in_one_line():
        if not database_state.can_write():
            raise click.ClickException(_("The scheduler cannot work: the database cannot be written to."))
        process.serve(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


@contextlib.contextmanager
def _report_faults_in_one_line() -> Iterator[None]:
    """Turn a database that is away, not ready or full, and a full disk, into a one-line message and exit code 1."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise click.ClickException(
            _("The scheduler cannot work: %(fault)s. See: flask check", fault=describe(error))
        ) from error


@scheduler.command("list")
def show() -> None:
    """List the jobs, when each runs (UTC) and how its last run ended."""
    latest_runs = queries.latest_runs()
    for job in jobs.JOBS:
        times = ", ".join(f"{unit} {value}" for unit, value in job.cron.items())
        run = latest_runs.get(job.name)
        outcome = "not yet" if run is None else f"{run.started_at:%Y-%m-%d %H:%M:%S} {run.error or run.count}"
        click.echo(f"{job.name:20} {times:24} last: {outcome}")


@scheduler.command("run")
@click.argument("name", type=click.Choice(list(jobs.JOBS_BY_NAME)))
def run(name: str) -> None:
    """Run one job now, whether or not it is due; exit 1 when it fails."""
    with _report_faults_in_one_line():
        finished = jobs.run_manually(jobs.JOBS_BY_NAME[name])
    if finished.error:
        raise click.ClickException(finished.error)
    click.echo(f"{name}: {finished.count}")
