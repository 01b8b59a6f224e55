"""Reads one page over HTTP on keep-alive connections, and measures the CPU time and memory of the server's processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config import ROOT
from scripts.run import free_port
from tests.support.processes import family
from tests.support.slow import measure_reply

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """The result of one load: requests per second, CPU milliseconds of the server per request, slowest reply in seconds."""

    rate: float
    cpu_ms: float
    slowest: float


def read_page(port: int, path: str, *, cookie: str = "", seconds: float, readers: int = 8, pid: int = 0) -> Load:
    """Read a page repeatedly for `seconds` with `readers` threads. `pid` is the server's process, 0 for none."""
    times: list[float] = []
    before, started = cpu_seconds(pid), time.monotonic()
    threads = [
        threading.Thread(target=_read, args=(port, path, cookie, started + seconds, times)) for _ in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    spent = cpu_seconds(pid) - before
    return Load(len(times) / took, spent * 1000 / max(1, len(times)), max(times, default=took))


def _read(port: int, path: str, cookie: str, until: float, times: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    while (now := time.monotonic()) < until:
        try:
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "br"})
            reply = connection.getresponse()
            reply.read()
            assert reply.status == 200, reply.status
            times.append(time.monotonic() - now)
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds, user and system, of a process and its descendants."""
    ticks = 0
    for member in family(pid) if pid else []:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


@contextlib.contextmanager
def run_server(command: str, database: str) -> Iterator[tuple[int, int]]:
    """Serve a database for the block; yields port and process id."""
    port = free_port()
    settings = os.environ | {"APP_ENV": "test", "DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, *command.format(port=port).split()], cwd=ROOT, env=settings, **quiet)
    try:
        until = time.monotonic() + 30
        while measure_reply(port, timeout=30) >= 30 and time.monotonic() < until:
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def memory_mb(pid: int) -> float:
    """Return the proportional set size (PSS) of one process, in megabytes of a million bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024 / 1e6
