"""A full outbox, schedulers that deliver it, and the state of each email."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from config import ROOT
from tests.support.live import LiveServer
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

UNFINISHED = frozenset(MailState) - {MailState.SENT, MailState.FAILED, MailState.CANCELLED, MailState.UNCERTAIN}


def fill(live: LiveServer, number: int) -> list[str]:
    """Queue `number` emails, each to an address of its own. Returns the addresses."""
    now = dt.datetime.now(dt.UTC)
    addresses = [f"reader{index:05d}@example.org" for index in range(number)]
    with live.app.app_context():
        db.session.add_all(
            OutboxMail(
                kind="benchmark", subject_type="benchmark", subject_id=index, recipient_name=f"Reader {index}",
                recipient_email=address, subject="A benchmark", text="Hello,\n" * 40, html="<p>Hello,</p>" * 40,
                state=MailState.QUEUED, created_at=now, due_at=now, message_id=f"<{index}@example.org>",
            )
            for index, address in enumerate(addresses)
        )  # fmt: skip
        db.session.commit()
        db.session.remove()
    return addresses


def start_scheduler(live: LiveServer, smtp_port: int) -> subprocess.Popen[bytes]:
    """Start a scheduler process over the database of `live`."""
    settings = os.environ | {
        "APP_ENV": "test",
        "DATABASE_URL": live.url,
        "INSTANCE_PATH": str(live.folder),
        "FLASK_APP": "wsgi",
        "SMTP_PORT": str(smtp_port),
    }
    with (live.folder / "scheduler.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "scheduler", "start"], cwd=ROOT, env=settings, stdout=log, stderr=log
        )


@contextmanager
def scheduler(live: LiveServer, smtp_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a scheduler process for the block; it ends by SIGKILL."""
    process = start_scheduler(live, smtp_port)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def states(live: LiveServer) -> dict[str, MailState]:
    """Return the state of each email, by its address."""
    with live.app.app_context():
        rows = db.session.execute(sa.select(OutboxMail.recipient_email, OutboxMail.state)).all()
        db.session.remove()
    return {row.recipient_email: row.state for row in rows}


def count_states(live: LiveServer) -> Counter[MailState]:
    """Return the number of emails in each state."""
    return Counter(states(live).values())


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether `condition()` came true within `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return False


def wait_until_ended(live: LiveServer, seconds: float) -> bool:
    """Return whether each email reached a final state within `seconds`."""
    return wait_for(lambda: not UNFINISHED & count_states(live).keys(), seconds)
