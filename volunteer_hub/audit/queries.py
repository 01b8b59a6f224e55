"""Reading the trail: an object's history, and the check of the whole chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from volunteer_hub.audit import rules
from volunteer_hub.audit.models import AuditEntry, AuditHead
from volunteer_hub.core.db import Model, db


def history(*subjects: Model | rules.Subject) -> Sequence[AuditEntry]:
    """The acts on these rows, oldest first, in one query."""
    keys = [(subject.__tablename__, subject.id) for subject in subjects]  # type: ignore[union-attr]
    place = sa.tuple_(AuditEntry.subject_type, AuditEntry.subject_id)
    statement = sa.select(AuditEntry).where(place.in_(keys)).order_by(AuditEntry.sequence)
    return db.session.scalars(statement).unique().all()


def actor_names(account_ids: Sequence[int | None]) -> dict[int, str]:
    """Names for a history. Accounts are an upper area, so only their table's name is used here."""
    account = sa.table("account", sa.column("id", sa.Integer), sa.column("name", sa.Text))
    wanted = {account_id for account_id in account_ids if account_id}
    rows = db.session.execute(sa.select(account.c.id, account.c.name).where(account.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def chained_fields(entry: AuditEntry) -> dict[str, object]:
    """The columns that an entry's hash covers."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "words_hash": entry.words_hash,
    }


def faults() -> Iterator[str]:
    """What is wrong with the chain, one sentence each; nothing when it verifies.

    Words that were erased are no fault; words that were changed are.
    """
    expected, previous = 1, rules.FIRST_HASH
    rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=500))
    for entry in rows:
        if entry.sequence != expected:
            yield f"entry {expected} is missing before entry {entry.sequence}"
        if entry.previous_hash != previous or entry.hash != rules.link_hash(previous, chained_fields(entry)):
            yield f"entry {entry.sequence} does not fit the chain"
        if entry.note and rules.words_hash(entry.note.words) != entry.words_hash:
            yield f"the words of entry {entry.sequence} were changed"
        expected, previous = entry.sequence + 1, entry.hash
    head = db.session.scalars(sa.select(AuditHead)).one_or_none()
    if (head.sequence, head.hash) != (expected - 1, previous) if head else expected > 1:
        yield f"the trail ends at entry {expected - 1}, which is not its head"
