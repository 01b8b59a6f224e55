"""One web worker over its first ten thousand pages: how soon it is ready, how much memory it takes, whether that grows."""

from __future__ import annotations

import http.client
import itertools
import time

from benchmarks import world
from benchmarks.reliability.figures import Figure
from benchmarks.reliability.load import family, memory_mb, run_server
from tests.support.rivals import Person
from volunteer_hub.demo.world import PASSWORD

COMMAND = "-m volunteer_hub.serving --port {port} --workers 1"
FIRST, LAST = 1_000, 10_000
PAGES = ("/requests/", "/placements/", "/people/", "/start", "/static/main.css", "/account", "/nowhere", "/help/")


def measure() -> list[Figure]:
    """Ready, size after the last page, growth since the thousandth."""
    app = world.make(volunteers=60, requests=200)
    started = time.monotonic()
    with run_server(COMMAND, app.config["SQLALCHEMY_DATABASE_URI"]) as (port, pid):
        ready = time.monotonic() - started
        worker = max(family(pid), key=memory_mb)
        cookie = Person(port).sign_in("coordinator@example.org", PASSWORD).cookie
        early = memory_after(port, cookie, worker, FIRST)
        late = memory_after(port, cookie, worker, LAST - FIRST)
    return [
        Figure("web server ready after", round(ready, 1), 4, "s"),
        Figure(f"memory of a web worker after {LAST:,} requests", round(late), 135, "MB"),
        Figure(f"its growth since request {FIRST:,}", round(late - early, 1), 5, "MB"),
    ]


def memory_after(port: int, cookie: str, worker: int, number: int) -> float:
    """Ask for so many pages, one after another. Returns the worker's megabytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for path in itertools.islice(itertools.cycle(PAGES), number):
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "br"})
        connection.getresponse().read()
    connection.close()
    return memory_mb(worker)
