"""A mail server that accepts 20 emails per connection and then answers 421: no email becomes uncertain or loses a try."""

from __future__ import annotations

import tempfile
from pathlib import Path

import sqlalchemy as sa

from benchmarks.reliability.figures import Figure, template_database
from tests.support import outbox
from tests.support.live import LiveServer
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState

MAILS = 324
SECONDS = 240


def measure() -> list[Figure]:
    """Return the figures on SQLite."""
    with (
        tempfile.TemporaryDirectory(prefix="vh_limit_") as folder,
        template_database() as database,
        ScriptedMailServer(Script(mails_per_connection=20)) as server,
    ):
        live = LiveServer(Path(folder), database, "limit")
        try:
            outbox.fill(live, MAILS)
            with outbox.scheduler(live, server.port):
                outbox.wait_until_ended(live, SECONDS)
            states = outbox.count_states(live)
            with live.app.app_context():
                tries = db.session.scalar(sa.select(sa.func.max(OutboxMail.attempts))) or 0
                db.session.remove()
        finally:
            live.remove()
    return [
        Figure("20 emails a connection: uncertain", states[MailState.UNCERTAIN], 0),
        Figure("20 emails a connection: sent", states[MailState.SENT], MAILS, at_least=True),
        Figure("20 emails a connection: tries of one email", tries, 1),
    ]
