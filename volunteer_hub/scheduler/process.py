"""The scheduler process: any number may run; one is the leader and ticks, another takes over when it dies."""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import event

from volunteer_hub.core import clock
from volunteer_hub.core.db import db, limit_connection
from volunteer_hub.scheduler import heartbeat, jobs

LEADER_LOCK_KEY = 7_402_611
POLL_SECONDS = 0.5
CLOCK_JUMP_SECONDS = 1.0
EXECUTOR_THREADS = {"default": 2, "mail": 1, "rounds": 1}
"""Number of threads of each executor, by the name that jobs refer to."""
log = logging.getLogger(__name__)


class LeaderLock(Protocol):
    """A lock that one process holds at a time and that is released when the process dies."""

    def acquire(self) -> bool:
        """Try to become the leader. Returns whether it worked."""

    def is_held(self) -> bool:
        """Return whether this process is still the leader."""

    def release(self) -> None:
        """Stop being the leader."""


class FileLock:
    """The leader lock for SQLite, whose processes share a machine: a lock on a file in the instance folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Try to become the leader. Returns whether it worked."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def is_held(self) -> bool:
        """Return whether the lock is held; the system releases a file lock only when the process ends."""
        return self.file is not None

    def release(self) -> None:
        """Stop being the leader."""
        if self.file:
            self.file.close()
            self.file = None


class AdvisoryLock:
    """The leader lock for PostgreSQL: an advisory lock, on a connection that does nothing else."""

    def __init__(self, url: sa.URL) -> None:
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        event.listen(self.engine, "do_connect", limit_connection)
        self.connection: sa.Connection | None = None
        self.is_away = False

    def acquire(self) -> bool:
        """Try to become the leader. Returns False also while the server cannot be reached, which is logged once."""
        try:
            connection = self.engine.connect()
            if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LEADER_LOCK_KEY))):
                self.connection = connection
            else:
                connection.close()
        except sa.exc.DBAPIError:
            if not self.is_away:
                log.warning("the database cannot be reached; trying again")
            self.is_away = True
            return False
        self.is_away = False
        return self.connection is not None

    def is_held(self) -> bool:
        """Return whether the connection, and the lock with it, is still alive."""
        try:
            return self.connection is not None and self.connection.scalar(sa.select(1)) == 1
        except sa.exc.DBAPIError:
            return False

    def release(self) -> None:
        """Stop being the leader."""
        if self.connection:
            self.connection.invalidate() if self.connection.closed else self.connection.close()
            self.connection = None


def leader_lock(app: Flask) -> LeaderLock:
    """Return the leader lock for the database in use."""
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            return FileLock(Path(app.config["INSTANCE_PATH"]) / "scheduler.lock")
        return AdvisoryLock(engine.url)


def run_job(app: Flask, job: jobs.Job) -> None:
    """Run one tick of one job, with a session of its own."""
    with app.app_context():
        jobs.tick(job)


class ClockWatch:
    """Detects that the machine's clock was set: the wall clock then moves by a different span than the monotonic one."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.wall, self.monotonic = wall, monotonic
        self._last = wall(), monotonic()

    def has_jumped(self) -> bool:
        """Return whether the clock was set, forwards or back, since the last call."""
        before, self._last = self._last, (self.wall(), self.monotonic())
        return abs((self._last[0] - before[0]) - (self._last[1] - before[1])) > CLOCK_JUMP_SECONDS


def create_scheduler(app: Flask) -> BackgroundScheduler:
    """Return APScheduler with the table of jobs. It only ticks: which process acts is decided in the database."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={name: ThreadPoolExecutor(threads) for name, threads in EXECUTOR_THREADS.items()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    schedule_jobs(scheduler, app)
    return scheduler


def schedule_jobs(scheduler: BackgroundScheduler, app: Flask) -> None:
    """Add the table of jobs to the scheduler, replacing jobs that it has already.

    Every job also ticks at once: the previous process may have missed a slot, or the clock may have stepped back
    before the time of the next tick. A slot that has been run is not run again.
    """
    for job in jobs.JOBS:
        scheduler.add_job(
            run_job,
            "cron",
            (app, job),
            id=job.name,
            executor=job.executor,
            replace_existing=True,
            timezone="UTC",
            next_run_time=dt.datetime.now(dt.UTC),
            **job.cron,
        )


def lead(app: Flask, lock: LeaderLock, stop: threading.Event) -> None:
    """Tick until `stop` is set or the lock is lost; running jobs are waited for."""
    with app.app_context():
        jobs.release_stale_leases(clock.now())
    scheduler, watch = create_scheduler(app), ClockWatch()
    scheduler.start()
    log.info("this process leads")
    timer = heartbeat.HeartbeatTimer(app)
    try:
        while not stop.wait(POLL_SECONDS) and lock.is_held():
            timer.record_if_due()
            if watch.has_jumped():
                log.warning("the clock was set; all jobs look anew for what is due")
                schedule_jobs(scheduler, app)
    finally:
        scheduler.shutdown(wait=True)


def serve(app: Flask, stop: threading.Event) -> None:
    """Wait for the leader lock, lead, and wait again, until `stop` is set."""
    lock, is_waiting = leader_lock(app), False
    while not stop.is_set():
        if not lock.acquire():
            if not is_waiting:
                log.info("this process waits for its turn to lead")
            is_waiting = True
            stop.wait(POLL_SECONDS)
            continue
        is_waiting = False
        try:
            lead(app, lock, stop)
        finally:
            lock.release()
