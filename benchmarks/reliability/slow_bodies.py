"""Posts whose bodies arrive at one byte per two seconds: the service that other clients still get."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.reliability.figures import Figure, template_database
from benchmarks.reliability.load import read_page
from tests.support.live import LiveServer, serve
from tests.support.slow import measure_reply, slow_bodies

SECONDS, ROUNDS, CHECKS = 4.0, 3, 10


def measure() -> list[Figure]:
    """Return the slowest of ten /healthz and the remaining throughput of other clients, with 8 and 200 slow bodies."""
    with (
        template_database() as database,
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), database) as live,
    ):
        return [figure for number in (8, 200) for figure in figures(live, number)]


def figures(live: LiveServer, number: int) -> list[Figure]:
    """Return the figures of alternating rounds with and without slow bodies, on one server."""
    read_page(live.port, "/sign-in", seconds=1)
    health, shares = [], []
    for _ in range(ROUNDS):
        alone = read_page(live.port, "/sign-in", seconds=SECONDS)
        with slow_bodies(live.port, number):
            health += [measure_reply(live.port) for _ in range(CHECKS)]
            shares.append(read_page(live.port, "/sign-in", seconds=SECONDS).rate / alone.rate)
    return [
        Figure(f"slowest /healthz with {number} slow bodies", max(health), 1, "s"),
        Figure(f"throughput kept with {number} slow bodies", 100 * statistics.median(shares), 80, "%", at_least=True),
    ]
