"""`make run`: everything comes up, says where it is, and goes down without leaving anything behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT

NOT_OURS = {"DATABASE_URL", "BASE_URL", "SMTP_PORT", "APP_ENV", "SECRET_KEY"}


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    """Start `scripts/run.py` over an empty folder."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    environment |= {"PORT": str(port), "INSTANCE_PATH": str(folder), "PYTHONUNBUFFERED": "1"} | settings
    return subprocess.Popen(
        [sys.executable, "scripts/run.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def family(pid: int) -> set[int]:
    """A process and everything it started, by /proc."""
    found = {pid}
    for _ in range(4):
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) in found:
                found.add(int(stat.parent.name))
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run."""
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The service, up. It makes a database of its own, a SQLite file."""
    process = start(tmp_path, port)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Stop with Ctrl-C" in line:
            break
    process.said = "".join(said)  # type: ignore[attr-defined]
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=60)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_run_comes_up_and_goes_down(running: subprocess.Popen[str], port: int, by: signal.Signals) -> None:
    said = running.said  # type: ignore[attr-defined]
    for words in (f"http://127.0.0.1:{port}", "/dev/mail", "coordinator@example.org", "volunteer-hub-demo"):
        assert words in said
    for path in ("/readyz?without=scheduler", "/dev/mail", "/sign-in"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            assert reply.status == 200
    everybody = family(running.pid)
    assert len(everybody) >= 6  # itself, the web server with two workers, the mail catcher, the scheduler
    running.send_signal(by)
    assert running.wait(40) == 0
    end = time.monotonic() + 10
    while alive(everybody - {running.pid}) and time.monotonic() < end:
        time.sleep(0.1)
    assert alive(everybody - {running.pid}) == set()


def test_run_says_what_to_do_when_the_port_is_taken(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said, _ = start(tmp_path, port).communicate(timeout=30)
    assert f"Port {port} is taken" in said
    assert f"make run PORT={port + 1}" in said


@pytest.mark.parametrize(("setting", "value"), [("PORT", "five"), ("APP_ENV", "production")])
def test_run_refuses_other_settings_in_words(tmp_path: Path, port: int, setting: str, value: str) -> None:
    process = start(tmp_path, port, **{setting: value})
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "make run" in said
    assert "Traceback" not in said
