"""Which rows of which tables have outlived their retention period, by category."""

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
    category: RetentionCategory, before: dt.datetime
) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Yield (table, condition) of the rows of a category from before an instant.

    The first pair is the category's main table, the one that is counted.
    """
    if category is RetentionCategory.EMAILS:
        mail = get_table("outbox_mail")
        yield (
            mail,
            sa.and_(mail.c.state.in_(FINAL_MAIL_STATES), mail.c.created_at < before, mail.c.text != REMOVED_TEXT),
        )
    elif category is RetentionCategory.SESSIONS:
        yield from _sign_ins(before)
    elif category is RetentionCategory.JOB_RUNS:
        run = get_table("job_run")
        yield run, run.c.started_at < before
    elif category is RetentionCategory.IMPORTS:
        batch = get_table("import_batch")
        yield batch, batch.c.created_at < before


def _sign_ins(before: dt.datetime) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    session = get_table("user_session")
    # Each account's last session stays: it shows when the account was last used.
    latest = sa.select(sa.func.max(session.c.id)).group_by(session.c.account_id)
    has_ended = sa.or_(session.c.ended_at < before, session.c.expires_at < before)
    yield session, sa.and_(has_ended, session.c.id.not_in(latest))
    device = get_table("trusted_device")
    yield device, sa.or_(device.c.ended_at < before, device.c.expires_at < before)
    token = get_table("account_token")
    yield token, token.c.expires_at < before
