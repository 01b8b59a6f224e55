"""Facts about the running service, each read without a person's data."""

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
    """How the database is. A database that is away is a fact, not a fault."""
    head = database_state.head_revision()
    try:
        found = database_state.revision()
        return DatabaseFacts(
            revision=found,
            head=head,
            is_writable=database_state.can_write() if found else True,
            free_bytes=_free_bytes(),
            synchronous=database_state.synchronous(),
        )
    except sa.exc.SQLAlchemyError:
        return DatabaseFacts(is_reachable=False, head=head, free_bytes=_free_bytes())


def _free_bytes() -> int | None:
    """The room on the disk of a SQLite file; None where there is no file, or its folder is gone."""
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    try:
        return shutil.disk_usage(Path(file).resolve().parent).free if file else None
    except OSError:
        return None


def scheduler_facts(now: dt.datetime) -> SchedulerFacts:
    """What the scheduler left behind. The tables must be up to date."""
    return SchedulerFacts(heartbeat_at=job_runs.last_heartbeat_at(), oldest_due_at=oldest_due_at(now))


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    """When the email was due that has waited longest; None where none is due.

    One that its recipient's side refused for now, or that is held back, is due when its wait is over. One that waits for a mail
    server that is away (`give_up_at`) has been due all the time.
    """
    mail = OutboxMail
    is_held = sa.and_(mail.not_before.is_not(None), mail.give_up_at.is_(None))
    since = sa.case((is_held, mail.not_before), else_=mail.due_at)
    return db.session.scalar(sa.select(sa.func.min(since)).where(mail.state.in_(UNSENT_STATES), since <= now))


def mails_by_state() -> dict[MailState, int]:
    """The number of emails in each state, also where it is none."""
    rows = db.session.execute(sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state))
    return dict.fromkeys(MailState, 0) | {row[0]: row[1] for row in rows}


def has_reference_data() -> bool:
    """Whether the pick-lists were loaded. The tables must be up to date."""
    return db.session.scalar(sa.select(Skill.code).limit(1)) is not None


def database_name() -> str:
    """Which database the settings lead to, without user and password."""
    url = db.engine.url
    return f"SQLite {url.database}" if url.get_backend_name() == "sqlite" else f"PostgreSQL {url.host}/{url.database}"


def can_write_files() -> bool:
    """Whether a file can be made in the instance folder."""
    try:
        with tempfile.TemporaryFile(dir=current_app.config["INSTANCE_PATH"]) as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError:
        return False
    return True
