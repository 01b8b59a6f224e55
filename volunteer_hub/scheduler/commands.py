"""`flask scheduler start | list | run NAME`."""

from __future__ import annotations

import logging
import signal
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from volunteer_hub.core import shutdown
from volunteer_hub.scheduler import jobs, process, queries

scheduler = AppGroup("scheduler", help="The jobs that run by themselves.")


@scheduler.command("start")
def start() -> None:
    """Run the jobs at their times until stopped; any number of processes may."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds its job still at work is no news
    stop = threading.Event()

    def request_stop(*_: object) -> None:
        stop.set()
        shutdown.request()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, request_stop)
    process.serve(current_app._get_current_object(), stop)  # type: ignore[attr-defined]


@scheduler.command("list")
def show() -> None:
    """List the jobs, when each runs (UTC) and how it last went."""
    last = queries.last_runs()
    for job in jobs.JOBS:
        times = ", ".join(f"{unit} {value}" for unit, value in job.cron.items())
        run = last.get(job.name)
        outcome = "not yet" if run is None else f"{run.started_at:%Y-%m-%d %H:%M:%S} {run.error or run.count}"
        click.echo(f"{job.name:20} {times:24} last: {outcome}")


@scheduler.command("run")
@click.argument("name", type=click.Choice(list(jobs.BY_NAME)))
def run(name: str) -> None:
    """Run one job now, whatever ran before; exit 1 when it fails."""
    done = jobs.run_by_hand(jobs.BY_NAME[name])
    if done.error:
        raise click.ClickException(done.error)
    click.echo(f"{name}: {done.count}")
