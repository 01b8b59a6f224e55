"""What goes when its time is over: which rows of which tables. Tables are named as in the data map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa

from volunteer_hub.mail.states import MailState
from volunteer_hub.privacy.states import RetentionCategory
from volunteer_hub.privacy.subject_queries import get_table

REMOVED_TEXT = "The text was removed when its time was over."
FINAL_MAIL_STATES = (MailState.SENT, MailState.CANCELLED, MailState.FAILED)


def list_expired_rows(
    kept: RetentionCategory, before: dt.datetime
) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """(table, condition) of the rows from before that instant; the first table is what the setting is about."""
    if kept is RetentionCategory.EMAILS:
        mail = get_table("outbox_mail")
        yield (
            mail,
            sa.and_(mail.c.state.in_(FINAL_MAIL_STATES), mail.c.created_at < before, mail.c.text != REMOVED_TEXT),
        )
    elif kept is RetentionCategory.SESSIONS:
        yield from _sign_ins(before)
    elif kept is RetentionCategory.JOB_RUNS:
        run = get_table("job_run")
        yield run, run.c.started_at < before
    elif kept is RetentionCategory.IMPORTS:
        batch = get_table("import_batch")
        yield batch, batch.c.created_at < before


def _sign_ins(before: dt.datetime) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    session = get_table("user_session")
    # Each person's last sign-in stays: by it an unused account is told from a used one.
    last = sa.select(sa.func.max(session.c.id)).group_by(session.c.account_id)
    over = sa.or_(session.c.ended_at < before, session.c.expires_at < before)
    yield session, sa.and_(over, session.c.id.not_in(last))
    device = get_table("trusted_device")
    yield device, sa.or_(device.c.ended_at < before, device.c.expires_at < before)
    token = get_table("account_token")
    yield token, token.c.expires_at < before
