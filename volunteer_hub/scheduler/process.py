"""The scheduler process: any number may run, one leads and ticks, another takes over when it dies."""

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
"""Threads by the name that a job gives."""
log = logging.getLogger(__name__)


class LeaderLock(Protocol):
    """What only one process holds, and what its death sets free."""

    def acquire(self) -> bool:
        """Try to become the leader."""

    def is_held(self) -> bool:
        """Whether this process still leads."""

    def release(self) -> None:
        """Let another one lead."""


class FileLock:
    """For SQLite, whose processes share a machine: a lock on a file in the instance folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Try to become the leader."""
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
        """The system takes a file lock away only with the process."""
        return self.file is not None

    def release(self) -> None:
        """Let another one lead."""
        if self.file:
            self.file.close()
            self.file = None


class AdvisoryLock:
    """For PostgreSQL: a lock of the server, on a connection that does nothing else."""

    def __init__(self, url: sa.URL) -> None:
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        event.listen(self.engine, "do_connect", limit_connection)
        self.connection: sa.Connection | None = None
        self.is_away = False

    def acquire(self) -> bool:
        """Try to become the leader; False also while the server cannot be reached, which is logged once."""
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
        """Whether the connection, and the lock with it, still lives."""
        try:
            return self.connection is not None and self.connection.scalar(sa.select(1)) == 1
        except sa.exc.DBAPIError:
            return False

    def release(self) -> None:
        """Let another one lead."""
        if self.connection:
            self.connection.invalidate() if self.connection.closed else self.connection.close()
            self.connection = None


def leader_lock(app: Flask) -> LeaderLock:
    """The lock that fits the database."""
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            return FileLock(Path(app.config["INSTANCE_PATH"]) / "scheduler.lock")
        return AdvisoryLock(engine.url)


def run_job(app: Flask, job: jobs.Job) -> None:
    """One tick of one job, with a session of its own."""
    with app.app_context():
        jobs.tick(job)


class ClockWatch:
    """Notices when the machine's clock is set: the wall clock then moves by another span than the monotonic one."""

    def __init__(self, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.wall, self.monotonic = wall, monotonic
        self._last = wall(), monotonic()

    def has_jumped(self) -> bool:
        """Whether the clock was set since the last look, forwards or back."""
        before, self._last = self._last, (self.wall(), self.monotonic())
        return abs((self._last[0] - before[0]) - (self._last[1] - before[1])) > CLOCK_JUMP_SECONDS


def create_scheduler(app: Flask) -> BackgroundScheduler:
    """APScheduler as a clock and nothing else: it does not coordinate processes, so the database decides who acts."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={name: ThreadPoolExecutor(threads) for name, threads in EXECUTOR_THREADS.items()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    schedule_jobs(scheduler, app)
    return scheduler


def schedule_jobs(scheduler: BackgroundScheduler, app: Flask) -> None:
    """Give the scheduler the table of jobs, anew where it has them already.

    Every job also ticks at once, because the process before may have slept through a slot, or the clock may have stepped back
    before the time for which the next tick was planned; a slot that was run is not run again.
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
    """Tick until asked to stop or until the lock is lost; running jobs come to their end."""
    with app.app_context():
        jobs.release_stale_leases(clock.now())
    scheduler, watch = create_scheduler(app), ClockWatch()
    scheduler.start()
    log.info("this process leads")
    pulse = heartbeat.HeartbeatTimer(app)
    try:
        while not stop.wait(POLL_SECONDS) and lock.is_held():
            pulse.record_if_due()
            if watch.has_jumped():
                log.warning("the clock was set; all jobs look anew for what is due")
                schedule_jobs(scheduler, app)
    finally:
        scheduler.shutdown(wait=True)


def serve(app: Flask, stop: threading.Event) -> None:
    """Wait to lead, lead, and wait again, until asked to stop."""
    lock, waits = leader_lock(app), False
    while not stop.is_set():
        if not lock.acquire():
            if not waits:
                log.info("this process waits for its turn to lead")
            waits = True
            stop.wait(POLL_SECONDS)
            continue
        waits = False
        try:
            lead(app, lock, stop)
        finally:
            lock.release()
