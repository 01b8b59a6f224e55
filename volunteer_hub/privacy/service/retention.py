"""What goes by itself when its time is over, and for how long anything is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.privacy import emails, queries, retention_rules, rules
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.models import RetentionRule
from volunteer_hub.privacy.service.erasure import try_erase
from volunteer_hub.privacy.states import RetentionCategory


def change_retention(days: Mapping[RetentionCategory, int], *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Set for how long things are kept. Raises DomainError for a time outside the limits."""
    before = queries.keep_days_by_category()
    for kept, number in days.items():
        rules.check_keep_days(kept, number)
    for kept in (kept for kept in RetentionCategory if kept in days and days[kept] != before[kept]):
        rule = db.session.get(RetentionRule, kept) or RetentionRule(category=kept)
        rule.keep_days = days[kept]
        db.session.add(rule)
    changes = [f"{LABELS[k]}: {before[k]} → {n}" for k, n in days.items() if before[k] != n]
    if changes:
        who = queries.get_account(actor.account_id)
        audit.record("privacy.retention_changed", who, actor=actor, now=now, words="\n".join([*changes, reason]))


def purge_expired(now: dt.datetime) -> int:
    """Delete or empty what is older than its time. Gives the number of rows."""
    kept_for = queries.keep_days_by_category()
    _give_up_failed(now - dt.timedelta(days=kept_for[RetentionCategory.EMAILS]), now)
    return sum(_forget(kept, now - dt.timedelta(days=days)) for kept, days in kept_for.items())


def _give_up_failed(before: dt.datetime, now: dt.datetime) -> None:
    """What failed long ago is not sent any more: without its text it could not be."""
    failed = sa.select(OutboxMail).where(OutboxMail.state == MailState.FAILED, OutboxMail.created_at < before)
    for mail in db.session.scalars(failed.order_by(OutboxMail.id)):
        audit.move(mail, MailState.CANCELLED, actor=None, now=now)
    db.session.flush()


def _forget(kept: RetentionCategory, before: dt.datetime) -> int:
    number = 0
    for table, condition in retention_rules.list_expired_rows(kept, before):
        act = _emptied(table) if kept is RetentionCategory.EMAILS else sa.delete(table)
        number += db.session.execute(act.where(condition)).rowcount  # type: ignore[attr-defined]
    return number


def _emptied(mail: sa.Table) -> sa.Update:
    """An e-mail keeps when, why and whether it was sent; not to whom and what."""
    return sa.update(mail).values(
        subject=retention_rules.REMOVED_TEXT,
        text=retention_rules.REMOVED_TEXT,
        html=retention_rules.REMOVED_TEXT,
        recipient_name=rules.ERASED_TEXT,
        recipient_email="erased-" + sa.cast(mail.c.id, sa.Text) + f"@{rules.ERASED_EMAIL_DOMAIN}",
        last_error=None,
    )


def erase_unused_accounts(now: dt.datetime) -> int:
    """Erase people whose account nobody has used for the set time, each warned a month before. Gives their number."""
    keep = dt.timedelta(days=queries.get_keep_days(RetentionCategory.PEOPLE))
    near = queries.list_unused_accounts(now - keep + rules.WARN_BEFORE_ERASURE)
    over = {account.id for account in queries.list_unused_accounts(now - keep)}
    warned = queries.last_warnings([account.id for account in near], now - keep)
    erased = 0
    for account in near:
        told_at = warned.get(account.id)
        reachable = account.state is AccountState.ACTIVE
        if reachable and told_at is None:
            emails.notify_retention_warning(account, erased_on=(now + rules.WARN_BEFORE_ERASURE).date(), now=now)
        elif account.id in over and (not reachable or (told_at and told_at <= now - rules.WARN_BEFORE_ERASURE)):
            erased += try_erase(account, now=now)
    return erased
