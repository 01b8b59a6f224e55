"""One leader; the next takes over when it is gone; a signal stops it cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from config import ROOT
from tests.support.database import Database
from volunteer_hub.scheduler import process


def wait_for(condition: Any, seconds: float = 30) -> bool:
    """Whether `condition()` came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def scheduler_process(app: Flask, database: Database) -> Iterator[subprocess.Popen[str]]:
    """`flask scheduler start` over the test's database."""
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
    assert first.take()
    assert first.is_held()
    assert not second.take()
    first.release()
    assert not first.is_held()
    assert second.take()
    second.release()


def test_process_leads_dies_and_sets_the_lock_free(app: Flask, database: Database) -> None:
    lock = process.leader_lock(app)

    def is_led() -> bool:
        taken = lock.take()
        lock.release()
        return not taken

    with scheduler_process(app, database) as started:
        assert wait_for(is_led)
        started.kill()
        started.wait()
        assert wait_for(lock.take, 5)
        lock.release()


def test_sigterm_ends_it_with_exit_code_0(app: Flask, database: Database) -> None:
    with scheduler_process(app, database) as started:
        assert started.stderr is not None
        assert any("this process leads" in line for line in started.stderr)
        started.send_signal(signal.SIGTERM)
        assert started.wait(20) == 0
