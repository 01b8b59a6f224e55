"""Facts about the running service, without personal data."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from volunteer_hub.core import database_state
from volunteer_hub.core.db import db
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.monitoring.rules import DatabaseFacts, SchedulerFacts
from volunteer_hub.vocabulary.models import Skill

UNSENT_STATES = (MailState.QUEUED, MailState.LEASED)


def database_facts() -> DatabaseFacts:
    """Return the state of the database. Does not raise if the database cannot be reached."""
    head = database_state.head_revision()
    try:
        revision = database_state.revision()
        return DatabaseFacts(
            revision=revision,
            head=head,
            is_writable=database_state.can_write() if revision else True,
            free_bytes=_free_bytes(),
            synchronous=database_state.synchronous(),
        )
    except sa.exc.SQLAlchemyError:
        return DatabaseFacts(is_reachable=False, head=head, free_bytes=_free_bytes())


def _free_bytes() -> int | None:
    """Return the free disk space for a SQLite file; None without a file or its folder."""
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    try:
        return shutil.disk_usage(Path(file).resolve().parent).free if file else None
    except OSError:
        return None


def scheduler_facts(now: dt.datetime) -> SchedulerFacts:
    """What the scheduler left behind. The tables must be up to date."""
    return SchedulerFacts(heartbeat_at=job_runs.last_heartbeat_at(), oldest_due_at=oldest_due_at(now))


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    """Return when the email that has waited longest was due; None if no email is due.

    An email that was refused temporarily or is delayed becomes due at `not_before`. One that waits for a mail server that
    is away (`give_up_at` is set) has been due since `due_at`.
    """
    mail = OutboxMail
    is_held = sa.and_(mail.not_before.is_not(None), mail.give_up_at.is_(None))
    since = sa.case((is_held, mail.not_before), else_=mail.due_at)
    return db.session.scalar(sa.select(sa.func.min(since)).where(mail.state.in_(UNSENT_STATES), since <= now))


def mails_by_state() -> dict[MailState, int]:
    """Return the number of emails in each state, including states without emails."""
    rows = db.session.execute(sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state))
    return dict.fromkeys(MailState, 0) | {row[0]: row[1] for row in rows}


def has_reference_data() -> bool:
    """Return whether the pick-lists are loaded. The database must be at the newest revision."""
    return db.session.scalar(sa.select(Skill.code).limit(1)) is not None


def database_name() -> str:
    """Return the database of the settings, without user and password."""
    url = db.engine.url
    return f"SQLite {url.database}" if url.get_backend_name() == "sqlite" else f"PostgreSQL {url.host}/{url.database}"


def can_write_files() -> bool:
    """Return whether files can be written in the instance folder."""
    try:
        with tempfile.TemporaryFile(dir=current_app.config["INSTANCE_PATH"]) as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError:
        return False
    return True
