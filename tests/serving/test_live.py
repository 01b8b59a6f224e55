"""The production command with slow clients, a killed worker, a used port and a database that closes connections."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from tests.factories.accounts import make_account
from tests.support.http_user import HttpUser
from tests.support.live import LiveServer, serve
from tests.support.processes import family
from tests.support.slow import POST, measure_reply, slow_bodies
from volunteer_hub.serving.__main__ import EXIT_PORT_IN_USE, claim_port

PATIENCE = 60
SLOW_CLIENTS = 40
"""More than all threads of both workers, however the kernel spreads connections over them."""


def until(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


@pytest.fixture
def thread_server(
    shared_app: Any, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveServer]:
    """The control: the same pages from a server that gives a thread to a request before its body is there."""

    def command(live: LiveServer, target: str) -> list[str]:
        options = "--interface wsgi --workers 2 --blocking-threads 4 --http 1 --no-ws --log-level warning"
        return [sys.executable, "-m", "granian", *options.split(), "--port", str(live.port), target]

    monkeypatch.setattr(LiveServer, "command", command)
    with serve(tmp_path, database, name="threads") as live:
        yield live


@pytest.mark.once
def test_slow_bodies_do_not_block_other_requests(live_server: LiveServer) -> None:
    with slow_bodies(live_server.port, SLOW_CLIENTS):
        assert all(measure_reply(live_server.port, path) < 10 for path in ("/healthz", "/sign-in") for _ in range(5))


@pytest.mark.once
def test_control_without_the_adapter_slow_bodies_block_other_requests(thread_server: LiveServer) -> None:
    assert measure_reply(thread_server.port) < 10
    with slow_bodies(thread_server.port, SLOW_CLIENTS):
        assert until(lambda: measure_reply(thread_server.port, timeout=2) >= 2)


def read_all(client: socket.socket) -> bytes:
    """Read from the server until it closes the connection."""
    parts = []
    client.settimeout(PATIENCE)
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.once
def test_a_body_after_the_deadline_is_answered_408_and_the_connection_closed(
    shared_app: Any, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_BODY_SECONDS", "0.5")
    with serve(tmp_path, database) as live, slow_bodies(live.port, 1) as [client]:
        reply = read_all(client)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b"This took too long to arrive" in reply
    assert b"content-security-policy" in reply


@pytest.mark.once
@pytest.mark.parametrize("size", [600_000, 5_000_000])
def test_a_body_that_is_too_large_is_answered_413_before_it_is_sent(live_server: LiveServer, size: int) -> None:
    with socket.create_connection(("127.0.0.1", live_server.port), PATIENCE) as client:
        client.sendall(POST.format(size).encode())
        reply = client.recv(65536)
    assert reply.startswith(b"HTTP/1.1 413 ")


@pytest.mark.once
def test_a_killed_worker_is_replaced(live_server: LiveServer) -> None:
    assert live_server.process is not None
    server = live_server.process.pid
    workers = {pid for pid in family(server) if pid != server and b"granian" not in name(pid)} or set(
        family(server)[1:]
    )
    os.kill(max(workers), signal.SIGKILL)
    assert until(lambda: len(set(family(server)) - {server}) >= len(workers) and measure_reply(live_server.port) < 10)
    assert live_server.process.poll() is None


def name(pid: int) -> bytes:
    """A process's name."""
    try:
        return Path(f"/proc/{pid}/comm").read_bytes()
    except OSError:
        return b""


def start(port: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """A second start of the production command."""
    command = [sys.executable, "-m", "volunteer_hub.serving", "--port", str(port)]
    settings = os.environ | {"APP_ENV": "test", "INSTANCE_PATH": str(folder)}
    return subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.mark.once
def test_port_used_by_our_own_server_is_refused(live_server: LiveServer, tmp_path: Path) -> None:
    done = start(live_server.port, tmp_path)
    assert done.returncode == EXIT_PORT_IN_USE
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1, port {live_server.port}: Address already in use.")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names of sockets without a file are Linux's")
def test_of_two_starts_at_once_one_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    claim = claim_port("127.0.0.1", port)
    assert claim is not None
    with claim, pytest.raises(OSError, match="in use"):
        claim_port("127.0.0.1", port)
    again = claim_port("127.0.0.1", port)  # control: what is given up may be taken
    assert again is not None
    again.close()


def test_writers_get_no_500_while_postgresql_closes_connections(
    live_server: LiveServer, database: Any, backend: str
) -> None:
    if backend != "postgresql":
        pytest.skip("about PostgreSQL")
    with live_server.app.app_context():
        make_account(email="writer@example.org")
    person = HttpUser(live_server.port).sign_in("writer@example.org")
    statuses: set[int] = set()
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            status, text = person.send("POST", "/account", {"name": "W", "time_zone": "Europe/London"})
            statuses.add(status)
            assert "<h1>" in text or status == 303

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        away(database.server, live_server.name, seconds=0.5)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert statuses == {303, 503}, live_server.log()
    assert person.send("POST", "/account", {"name": "W", "time_zone": "Europe/London"})[0] == 303
    assert "Traceback" not in live_server.log()


def away(server: Any, name: str, *, seconds: float) -> None:
    """End every connection to one database and refuse new ones for a while."""
    server.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    server.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    time.sleep(seconds)
    server.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    time.sleep(seconds)


def test_invalid_setting_is_reported_once_and_nothing_starts() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "volunteer_hub.serving", "--port", "0"],
        env=os.environ | {"APP_ENV": "test", "SMTP_PORT": "x"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (1, "SMTP_PORT is x: set a whole number from 1 to 65535\n")
