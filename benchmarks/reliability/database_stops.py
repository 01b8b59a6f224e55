"""PostgreSQL crashes again and again while users write: what they are told, and whether any write is lost."""

from __future__ import annotations

import http.client
import itertools
import re
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from benchmarks.reliability.figures import Figure, template_database
from tests.factories.accounts import make_account
from tests.support.http_user import HttpUser
from tests.support.live import LiveServer, serve
from tests.support.postgres import Server
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db

SERVED = re.compile(r"volunteer_hub\.access\].* status=[23]")
"""The log line of a successful request."""
STOPS, WRITERS, UP, DOWN = 8, 6, 2.0, 1.0
"""Number of crashes and of writers; seconds that the server runs between two crashes, and that it stays down."""


@dataclass
class Observations:
    """What the writers observed. A status of 0 is a connection without a reply."""

    statuses: Counter[int] = field(default_factory=Counter)
    empty: int = 0
    slowest: float = 0.0
    acknowledged: list[str] = field(default_factory=list)
    good_at: list[float] = field(default_factory=list)
    back_at: list[float] = field(default_factory=list)

    @property
    def failure_count(self) -> int:
        """Return the number of replies other than the expected redirect."""
        return self.statuses.total() - self.statuses[303]

    @property
    def recovery(self) -> float:
        """Return the longest time in seconds from a restart of the server to the next successful write."""
        return max(
            (next((g for g in sorted(self.good_at) if g > at), 99.0 + at) - at for at in self.back_at), default=0
        )


def measure() -> list[Figure]:
    """Crash the server STOPS times. Returns figures on replies, lost writes and the log."""
    with (
        template_database("postgresql") as database,
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), database) as live,
    ):
        assert database.server is not None
        observed = write_while_it_stops(live, database.server, stops=STOPS)
        return figures(live, observed)


def figures(live: LiveServer, observed: Observations) -> list[Figure]:
    """Return the figures of one run."""
    lines = [line for line in live.log().splitlines() if line.strip() and not SERVED.search(line)]
    per_failure = len(lines) / max(1, observed.failure_count)
    return [
        Figure("database stopped: writes acknowledged", observed.statuses[303], 1, at_least=True),
        Figure("database stopped: replies of 503", observed.statuses[503], 1, at_least=True),
        Figure("database stopped: other failures (500, no reply)", observed.failure_count - observed.statuses[503], 0),
        Figure("database stopped: failures without a page", observed.empty, 0),
        Figure("database stopped: acknowledged writes lost", len(find_lost_writers(live, observed)), 0),
        Figure("database stopped: slowest first good write after its return", round(observed.recovery, 2), 1, "s"),
        Figure("database stopped: slowest reply", round(observed.slowest, 2), 10, "s"),
        Figure("database stopped: lines in the log per failure", round(per_failure, 2), 1),
    ]


def write_while_it_stops(live: LiveServer, server: Server, *, stops: int) -> Observations:
    """Let users change their names while the server crashes and restarts."""
    # The tests' server may lose acknowledged commits; a real one may not.
    server.run(f'ALTER DATABASE "{live.name}" SET synchronous_commit = on')
    server.crash()
    server.restart()
    with live.app.app_context():
        people = [f"writer{number}@example.org" for number in range(WRITERS)]
        for email in people:
            make_account(Role.VOLUNTEER, email=email)
    observed, over = Observations(), threading.Event()
    signed_in = [HttpUser(live.port).sign_in(email) for email in people]
    threads = [
        threading.Thread(target=_write, args=(person, number, observed, over))
        for number, person in enumerate(signed_in)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(stops):
            time.sleep(UP)
            server.crash()
            time.sleep(DOWN)
            server.restart()
            observed.back_at.append(time.monotonic())
        time.sleep(UP)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return observed


def _write(person: HttpUser, number: int, observed: Observations, over: threading.Event) -> None:
    for count in itertools.count():
        if over.wait(0.02):
            return
        name, started = f"Writer {number} of {count}", time.monotonic()
        try:
            status, text = person.send("POST", "/account", {"name": name, "locale": "en", "time_zone": "Europe/London"})
        except (OSError, http.client.HTTPException):
            status, text = 0, ""
        observed.slowest = max(observed.slowest, time.monotonic() - started)
        observed.statuses[status] += 1
        if status == 303:
            observed.acknowledged.append(name)
            observed.good_at.append(time.monotonic())
        elif "<h1>" not in text:
            observed.empty += 1


def find_lost_writers(live: LiveServer, observed: Observations) -> set[str]:
    """Return the writers whose stored name is older than their last acknowledged one."""
    last = {name.split(" of ")[0]: int(name.split(" of ")[1]) for name in observed.acknowledged}
    with live.app.app_context():
        names = db.session.scalars(sa.select(Account.name).where(Account.name.like("Writer % of %"))).all()
    stand = {name.split(" of ")[0]: int(name.split(" of ")[1]) for name in names}
    return {writer for writer, count in last.items() if stand.get(writer, -1) < count}
