"""Retention: the periods, the purge of expired data, and the erasure of unused accounts."""

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
    """Set retention periods, in days, and record the changes with the reason. Raises DomainError outside the limits."""
    before = queries.keep_days_by_category()
    for category, number in days.items():
        rules.check_keep_days(category, number)
    for category in (c for c in RetentionCategory if c in days and days[c] != before[c]):
        rule = db.session.get(RetentionRule, category) or RetentionRule(category=category)
        rule.keep_days = days[category]
        db.session.add(rule)
    changes = [f"{LABELS[k]}: {before[k]} → {n}" for k, n in days.items() if before[k] != n]
    if changes:
        account = queries.get_account(actor.account_id)
        audit.record("privacy.retention_changed", account, actor=actor, now=now, note="\n".join([*changes, reason]))


def purge_expired(now: dt.datetime) -> int:
    """Delete or empty the rows that have outlived their retention period. Returns their number."""
    keep_days = queries.keep_days_by_category()
    _cancel_failed_mail(now - dt.timedelta(days=keep_days[RetentionCategory.EMAILS]), now)
    return sum(_purge_category(category, now - dt.timedelta(days=days)) for category, days in keep_days.items())


def _cancel_failed_mail(before: dt.datetime, now: dt.datetime) -> None:
    """Cancel emails that failed before that instant: their text is purged, so they could not be sent again."""
    failed = sa.select(OutboxMail).where(OutboxMail.state == MailState.FAILED, OutboxMail.created_at < before)
    for mail in db.session.scalars(failed.order_by(OutboxMail.id)):
        audit.move(mail, MailState.CANCELLED, actor=None, now=now)
    db.session.flush()


def _purge_category(category: RetentionCategory, before: dt.datetime) -> int:
    number = 0
    for table, condition in retention_rules.list_expired_rows(category, before):
        statement = _empty_mail(table) if category is RetentionCategory.EMAILS else sa.delete(table)
        number += db.session.execute(statement.where(condition)).rowcount  # type: ignore[attr-defined]
    return number


def _empty_mail(mail: sa.Table) -> sa.Update:
    """Build the UPDATE that removes recipient and content of emails; kind, times and state stay."""
    return sa.update(mail).values(
        subject=retention_rules.REMOVED_TEXT,
        text=retention_rules.REMOVED_TEXT,
        html=retention_rules.REMOVED_TEXT,
        recipient_name=rules.ERASED_TEXT,
        recipient_email="erased-" + sa.cast(mail.c.id, sa.Text) + f"@{rules.ERASED_EMAIL_DOMAIN}",
        last_error=None,
    )


def erase_unused_accounts(now: dt.datetime) -> int:
    """Erase accounts unused for the retention period, each warned a month before. Returns the number erased."""
    period = dt.timedelta(days=queries.get_keep_days(RetentionCategory.PEOPLE))
    nearly_expired = queries.list_unused_accounts(now - period + rules.WARN_BEFORE_ERASURE)
    expired_ids = {account.id for account in queries.list_unused_accounts(now - period)}
    warned_at_by_id = queries.last_warnings([account.id for account in nearly_expired], now - period)
    erased = 0
    for account in nearly_expired:
        warned_at = warned_at_by_id.get(account.id)
        can_be_warned = account.state is AccountState.ACTIVE
        if can_be_warned and warned_at is None:
            emails.notify_retention_warning(account, erased_on=(now + rules.WARN_BEFORE_ERASURE).date(), now=now)
        elif account.id in expired_ids and (
            not can_be_warned or (warned_at and warned_at <= now - rules.WARN_BEFORE_ERASURE)
        ):
            erased += try_erase(account, now=now)
    return erased
