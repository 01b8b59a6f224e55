"""Memory of the processes: a web worker over its first ten thousand pages, a scheduler after 500 emails."""

from __future__ import annotations

import http.client
import itertools
import tempfile
import time
from pathlib import Path

from benchmarks import demo_app
from benchmarks.reliability.figures import Figure, template_database
from benchmarks.reliability.load import memory_mb, run_server
from tests.support import outbox
from tests.support.http_user import HttpUser
from tests.support.live import LiveServer
from tests.support.processes import family
from tests.support.scripted_smtp import ScriptedMailServer
from volunteer_hub.demo.builder import PASSWORD

COMMAND = "-m volunteer_hub.serving --port {port} --workers 1"
FIRST, LAST = 1_000, 10_000
MAILS = 500
PAGES = ("/requests/", "/placements/", "/people/", "/start", "/static/main.css", "/account", "/nowhere", "/help/")


def measure() -> list[Figure]:
    """Return the figures for both processes."""
    return [*_measure_web(), _measure_scheduler()]


def _measure_scheduler() -> Figure:
    with (
        tempfile.TemporaryDirectory(prefix="vh_memory_") as folder,
        template_database() as database,
        ScriptedMailServer() as server,
    ):
        live = LiveServer(Path(folder), database, "memory")
        try:
            outbox.fill(live, MAILS)
            with outbox.scheduler(live, server.port) as process:
                outbox.wait_until_ended(live, 300)
                taken = memory_mb(process.pid)
        finally:
            live.remove()
    return Figure(f"memory of a scheduler after {MAILS} emails", round(taken), 110, "MB")


def _measure_web() -> list[Figure]:
    """Return the seconds until ready, the memory after the last page, and its growth since the thousandth."""
    app = demo_app.make_app(volunteers=60, requests=200)
    started = time.monotonic()
    with run_server(COMMAND, app.config["SQLALCHEMY_DATABASE_URI"]) as (port, pid):
        ready = time.monotonic() - started
        worker = max(family(pid), key=memory_mb)
        cookie = HttpUser(port).sign_in("coordinator@example.org", PASSWORD).cookie
        early = memory_after(port, cookie, worker, FIRST)
        late = memory_after(port, cookie, worker, LAST - FIRST)
    return [
        Figure("web server ready after", round(ready, 1), 4, "s"),
        Figure(f"memory of a web worker after {LAST:,} requests", round(late), 135, "MB"),
        Figure(f"its growth since request {FIRST:,}", round(late - early, 1), 5, "MB"),
    ]


def memory_after(port: int, cookie: str, worker: int, number: int) -> float:
    """Request `number` pages, one after another. Returns the worker's memory in megabytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for path in itertools.islice(itertools.cycle(PAGES), number):
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "br"})
        connection.getresponse().read()
    connection.close()
    return memory_mb(worker)
