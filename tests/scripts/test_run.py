"""`make run`: all processes start, the address is printed, and all processes end."""

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

UNSET_SETTINGS = {"DATABASE_URL", "BASE_URL", "SMTP_PORT", "APP_ENV", "SECRET_KEY"}


@pytest.fixture
def port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    """Start `scripts/run.py` over an empty folder."""
    environment = {name: value for name, value in os.environ.items() if name not in UNSET_SETTINGS}
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
    """Return a process and its descendants, from /proc."""
    members = {pid}
    for _ in range(4):
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) in members:
                members.add(int(stat.parent.name))
    return members


def alive(pids: set[int]) -> set[int]:
    """Return the processes that still exist."""
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.fixture
def service(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The running service, over a SQLite database of its own."""
    process = start(tmp_path, port)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Stop with Ctrl-C" in line:
            break
    process.printed = "".join(lines)  # type: ignore[attr-defined]
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=60)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_run_starts_and_stops(service: subprocess.Popen[str], port: int, by: signal.Signals) -> None:
    printed = service.printed  # type: ignore[attr-defined]
    for text in (f"http://127.0.0.1:{port}", "/dev/mail", "coordinator@example.org", "volunteer-hub-demo"):
        assert text in printed
    for path in ("/readyz?without=scheduler", "/dev/mail", "/sign-in"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            assert reply.status == 200
    processes = family(service.pid)
    assert len(processes) >= 6  # itself, the web server with two workers, the mail catcher, the scheduler
    service.send_signal(by)
    assert service.wait(40) == 0
    end = time.monotonic() + 10
    while alive(processes - {service.pid}) and time.monotonic() < end:
        time.sleep(0.1)
    assert alive(processes - {service.pid}) == set()


def test_run_says_what_to_do_when_the_port_is_taken(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        printed, _ = start(tmp_path, port).communicate(timeout=30)
    assert f"Port {port} is taken" in printed
    assert f"make run PORT={port + 1}" in printed


@pytest.mark.parametrize(("setting", "value"), [("PORT", "five"), ("APP_ENV", "production")])
def test_run_refuses_other_settings_with_a_message(tmp_path: Path, port: int, setting: str, value: str) -> None:
    process = start(tmp_path, port, **{setting: value})
    printed, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "make run" in printed
    assert "Traceback" not in printed
