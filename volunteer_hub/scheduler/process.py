"""The scheduler process: any number may run, one leads and ticks, another takes over when it dies."""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import threading
from pathlib import Path
from typing import IO, Protocol

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from volunteer_hub.core.db import db
from volunteer_hub.scheduler import heartbeat, jobs

ADVISORY_KEY = 7_402_611
POLL_SECONDS = 0.5
log = logging.getLogger(__name__)


class Lock(Protocol):
    """What only one process holds, and what its death sets free."""

    def take(self) -> bool:
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

    def take(self) -> bool:
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
        self.connection: sa.Connection | None = None

    def take(self) -> bool:
        """Try to become the leader; False also while the server cannot be reached."""
        try:
            connection = self.engine.connect()
        except sa.exc.OperationalError:
            log.warning("the database cannot be reached; trying again")
            return False
        if connection.scalar(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_KEY))):
            self.connection = connection
            return True
        connection.close()
        return False

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


def leader_lock(app: Flask) -> Lock:
    """The lock that fits the database."""
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            return FileLock(Path(app.config["INSTANCE_PATH"]) / "scheduler.lock")
        return AdvisoryLock(engine.url)


def tick(app: Flask, job: jobs.Job) -> None:
    """One tick of one job, with a session of its own."""
    with app.app_context():
        jobs.tick(job)


def clockwork(app: Flask) -> BackgroundScheduler:
    """APScheduler as a clock and nothing else (trust.md 4, 5): the database decides who acts.

    Every job also ticks at once, because the one before may have slept through a slot; a slot that
    was run is not run again.
    """
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(2)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    for job in jobs.JOBS:
        scheduler.add_job(
            tick,
            "cron",
            (app, job),
            id=job.name,
            timezone="UTC",
            next_run_time=dt.datetime.now(dt.UTC),
            **job.cron,
        )
    return scheduler


def lead(app: Flask, lock: Lock, stop: threading.Event) -> None:
    """Tick until asked to stop or until the lock is lost; running jobs come to their end."""
    scheduler = clockwork(app)
    scheduler.start()
    log.info("this process leads")
    pulse = heartbeat.Pulse(app)
    try:
        while not stop.wait(POLL_SECONDS) and lock.is_held():
            pulse.beat_if_due()
    finally:
        scheduler.shutdown(wait=True)


def serve(app: Flask, stop: threading.Event) -> None:
    """Wait to lead, lead, and wait again, until asked to stop."""
    lock = leader_lock(app)
    while not stop.is_set():
        if not lock.take():
            stop.wait(POLL_SECONDS)
            continue
        try:
            lead(app, lock, stop)
        finally:
            lock.release()
