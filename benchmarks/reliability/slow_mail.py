"""Users write while the mail server takes 9 seconds per email: the slowest of 200 writes, on SQLite."""

from __future__ import annotations

import http.cookiejar
import os
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.reliability.figures import Figure, template_database
from tests.factories.accounts import PASSWORD, make_account
from tests.support import outbox
from tests.support.client import FormParser
from tests.support.live import LiveServer, serve
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.core.db import db

WRITES = int(os.environ.get("WRITES", "200"))
SECONDS_PER_MAIL = float(os.environ.get("SECONDS_PER_MAIL", "9"))
PEOPLE = 4
MAILS = 50


def measure() -> list[Figure]:
    """Return the figures on SQLite, whose single write lock a delivery could hold."""
    with (
        tempfile.TemporaryDirectory(prefix="vh_slow_mail_") as folder,
        template_database() as database,
        serve(Path(folder), database, name="slow_mail") as live,
        ScriptedMailServer(Script(seconds_per_mail=SECONDS_PER_MAIL)) as server,
    ):
        emails = _make_people(live)
        outbox.fill(live, MAILS)
        with outbox.scheduler(live, server.port), ThreadPoolExecutor(PEOPLE) as pool:
            outbox.wait_for(lambda: server.log.taken.total() > 0, 60)
            took = [
                seconds for times in pool.map(lambda email: _write(live.address, email), emails) for seconds in times
            ]
            delivering = server.log.taken.total() < MAILS
    done = [seconds for seconds in took if seconds is not None]
    what = f"mail server takes {SECONDS_PER_MAIL:g} s an email"
    return [
        Figure(f"{what}: slowest of {len(took)} writes", max(done, default=999), 2, "s"),
        Figure(f"{what}: writes that failed", len(took) - len(done), 0),
        Figure(f"{what}: still delivering at the last write", int(delivering), 1, at_least=True),
    ]


def _make_people(live: LiveServer) -> list[str]:
    with live.app.app_context():
        emails = [make_account().email for _ in range(PEOPLE)]
        db.session.remove()
    return emails


def _write(address: str, email: str) -> list[float | None]:
    """Sign in repeatedly. Returns the seconds of each sign-in; None for one that failed."""
    return [_sign_in(address, email) for _ in range(WRITES // PEOPLE)]


def _sign_in(address: str, email: str) -> float | None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    try:
        with opener.open(f"{address}/sign-in", timeout=90) as page:
            parser = FormParser()
            parser.feed(page.read().decode())
        data = {name: values[-1] for name, values in parser.forms[-1]["data"].items()}
        body = urllib.parse.urlencode(data | {"email": email, "password": PASSWORD}).encode()
        began = time.monotonic()
        with opener.open(f"{address}/sign-in", body, timeout=90) as reply:
            landed = not reply.url.endswith("/sign-in")
        return time.monotonic() - began if landed else None
    except OSError:
        return None
