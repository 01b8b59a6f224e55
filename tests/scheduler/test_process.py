"""One leader; the next takes over when it is gone; a signal stops it cleanly."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from config import ROOT
from tests.support.database import Database
from volunteer_hub.core.db import db
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.jobs.models import SchedulerHeartbeat
from volunteer_hub.scheduler import heartbeat, jobs, process
from volunteer_hub.scheduler.process import ClockWatch


def wait_for(condition: Any, seconds: float = 30) -> bool:
    """Return whether `condition()` came true within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def scheduler_process(app: Flask, database: Database) -> Iterator[subprocess.Popen[str]]:
    """Run `flask scheduler start` over the test's database for the block."""
    settings = {
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": app.config["INSTANCE_PATH"],
        "FLASK_APP": "wsgi",
        "SMTP_PORT": "9",
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "flask", "scheduler", "start"],
        cwd=ROOT,
        env=os.environ | settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_only_one_of_two_leads_and_the_other_takes_over(app: Flask) -> None:
    first, second = process.leader_lock(app), process.leader_lock(app)
    assert first.acquire()
    assert first.is_held()
    assert not second.acquire()
    first.release()
    assert not first.is_held()
    assert second.acquire()
    second.release()


def test_process_leads_dies_and_releases_the_lock(app: Flask, database: Database) -> None:
    lock = process.leader_lock(app)

    def is_led() -> bool:
        acquired = lock.acquire()
        lock.release()
        return not acquired

    with scheduler_process(app, database) as started:
        assert wait_for(is_led)
        started.kill()
        started.wait()
        assert wait_for(lock.acquire, 5)
        lock.release()


def test_sigterm_ends_it_with_exit_code_0(app: Flask, database: Database) -> None:
    with scheduler_process(app, database) as started:
        assert started.stderr is not None
        assert any("this process leads" in line for line in started.stderr)
        started.send_signal(signal.SIGTERM)
        assert started.wait(20) == 0


def heartbeat_at() -> Any:
    """Return the last heartbeat. The rollback ends the read, whose lock on SQLite would block the next heartbeat."""
    try:
        return job_runs.last_heartbeat_at()
    finally:
        db.session.rollback()


def test_leader_records_a_heartbeat(app: Flask, database: Database) -> None:
    assert heartbeat_at() is None
    with scheduler_process(app, database):
        assert wait_for(heartbeat_at)


def test_heartbeat_is_recorded_when_it_is_due(app: Flask) -> None:
    timer = heartbeat.HeartbeatTimer(app)
    timer.record_if_due()
    assert heartbeat_at() is not None
    db.session.execute(sa.delete(SchedulerHeartbeat))
    db.session.commit()
    timer.record_if_due()
    assert heartbeat_at() is None
    timer.next_at = 0
    timer.record_if_due()
    assert heartbeat_at() is not None


def test_failing_heartbeats_stop_nothing_and_are_logged_once(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    db.session.execute(sa.text("ALTER TABLE scheduler_heartbeat RENAME TO elsewhere"))
    db.session.commit()
    timer = heartbeat.HeartbeatTimer(app)
    for _ in range(3):
        timer.next_at = 0
        timer.record_if_due()
    db.session.execute(sa.text("ALTER TABLE elsewhere RENAME TO scheduler_heartbeat"))
    db.session.commit()
    assert [record.name for record in caplog.records] == ["volunteer_hub.scheduler.heartbeat"]


@pytest.mark.parametrize("command", [("start",), ("run", "forget_forms")])
def test_database_that_is_away_or_full_ends_it_with_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    nowhere = tmp_path / "folder"
    nowhere.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "scheduler", *command],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{nowhere}", "INSTANCE_PATH": str(tmp_path), "FLASK_APP": "wsgi"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: The scheduler cannot work: ")


class ManualClocks:
    """A wall clock and a monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1_000_000.0, 50.0

    def pass_seconds(self, seconds: float, *, set_by: float = 0.0) -> None:
        """Advance both clocks; set the wall clock by `set_by` seconds as well."""
        self.wall, self.monotonic = self.wall + seconds + set_by, self.monotonic + seconds


@pytest.mark.parametrize("set_by", [-7200, -2, 2, 7200, 31_536_000])
def test_clock_that_is_set_is_noticed_once(set_by: float) -> None:
    clocks = ManualClocks()
    watch = process.ClockWatch(lambda: clocks.wall, lambda: clocks.monotonic)
    clocks.pass_seconds(0.5)
    assert not watch.has_jumped()
    clocks.pass_seconds(0.5, set_by=set_by)
    assert watch.has_jumped()
    clocks.pass_seconds(0.5)
    assert not watch.has_jumped()


def test_a_busy_machine_is_not_mistaken_for_a_clock_that_was_set() -> None:
    clocks = ManualClocks()
    watch = process.ClockWatch(lambda: clocks.wall, lambda: clocks.monotonic)
    clocks.pass_seconds(120)
    assert not watch.has_jumped()


def test_after_the_clock_was_set_all_jobs_tick_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[float] = []
    job = jobs.Job("ticks", lambda _now: ticks.append(0) or 0, dt.timedelta(days=1), {"hour": "0"}, frequent=True)
    monkeypatch.setattr(jobs, "JOBS", (job,))
    offset = [0.0]
    monkeypatch.setattr(process, "ClockWatch", lambda: ClockWatch(lambda: time.time() + offset[0]))
    stop = threading.Event()
    thread = threading.Thread(target=process.serve, args=(app, stop))
    thread.start()
    try:
        assert wait_for(lambda: len(ticks) == 1)
        offset[0] = -7200.0
        assert wait_for(lambda: len(ticks) == 2)
    finally:
        stop.set()
        thread.join(20)


def test_server_that_is_away_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    lock = process.AdvisoryLock(sa.make_url("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    assert [lock.acquire() for _ in range(3)] == [False, False, False]
    assert [record.getMessage() for record in caplog.records] == ["the database cannot be reached; trying again"]
