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
from volunteer_hub.privacy import emails, forgotten, queries, rules
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.models import RetentionRule
from volunteer_hub.privacy.rules import erased_email
from volunteer_hub.privacy.service.erasing import erase
from volunteer_hub.privacy.states import Kept


def change_retention(days: Mapping[Kept, int], *, reason: str, actor: Viewer, now: dt.datetime) -> None:
    """Set for how long things are kept. Raises DomainError for a time outside the limits."""
    before = queries.retention()
    for kept, number in days.items():
        rules.check_days(kept, number)
    for kept in (kept for kept in Kept if kept in days and days[kept] != before[kept]):
        rule = db.session.get(RetentionRule, kept) or RetentionRule(kept=kept)
        rule.keep_days = days[kept]
        db.session.add(rule)
    changes = [f"{LABELS[k]}: {before[k]} → {n}" for k, n in days.items() if before[k] != n]
    if changes:
        who = queries.account_of(actor.account_id)
        audit.record("privacy.retention_changed", who, actor=actor, now=now, words="\n".join([*changes, reason]))


def forget_overdue(now: dt.datetime) -> int:
    """Delete or empty what is older than its time. Gives the number of rows."""
    kept_for = queries.retention()
    _give_up_failed(now - dt.timedelta(days=kept_for[Kept.EMAILS]), now)
    return sum(_forget(kept, now - dt.timedelta(days=days)) for kept, days in kept_for.items())


def _give_up_failed(before: dt.datetime, now: dt.datetime) -> None:
    """What failed long ago is not sent any more: without its text it could not be."""
    failed = sa.select(OutboxMail).where(OutboxMail.state == MailState.FAILED, OutboxMail.created_at < before)
    for mail in db.session.scalars(failed.order_by(OutboxMail.id)):
        audit.move(mail, MailState.CANCELLED, actor=None, now=now)
    db.session.flush()


def _forget(kept: Kept, before: dt.datetime) -> int:
    number = 0
    for table, condition in forgotten.overdue(kept, before):
        act = _emptied(table) if kept is Kept.EMAILS else sa.delete(table)
        number += db.session.execute(act.where(condition)).rowcount  # type: ignore[attr-defined]
    return number


def _emptied(mail: sa.Table) -> sa.Update:
    """An e-mail keeps when, why and whether it was sent; not to whom and what."""
    return sa.update(mail).values(
        subject=forgotten.REMOVED,
        text=forgotten.REMOVED,
        html=forgotten.REMOVED,
        recipient_name=rules.UNKNOWN,
        recipient_email="erased-" + sa.cast(mail.c.id, sa.Text) + erased_email(0).removeprefix("erased-0"),
        last_error=None,
    )


def erase_unused(now: dt.datetime) -> int:
    """Erase people whose account nobody has used for the set time, each warned a month before. Gives their number."""
    keep = dt.timedelta(days=queries.keep_days(Kept.PEOPLE))
    near = queries.unused_since(now - keep + rules.WARN_BEFORE)
    over = {account.id for account in queries.unused_since(now - keep)}
    warned = queries.warned_since([account.id for account in near], now - keep)
    erased = 0
    for account in near:
        told_at = warned.get(account.id)
        reachable = account.state is AccountState.ACTIVE
        if reachable and told_at is None:
            emails.account_unused(account, erased_on=(now + rules.WARN_BEFORE).date(), now=now)
        elif account.id in over and (not reachable or (told_at and told_at <= now - rules.WARN_BEFORE)):
            erase(account, actor=None, now=now)
            erased += 1
    return erased
