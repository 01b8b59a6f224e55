"""Reading the trail: an object's history, and the check of the whole chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from volunteer_hub.audit import rules
from volunteer_hub.audit.models import AuditEntry, AuditHead
from volunteer_hub.core.db import Model, db


def history(*subjects: Model) -> Sequence[AuditEntry]:
    """The acts on these rows, oldest first, in one query."""
    keys = [(subject.__tablename__, subject.id) for subject in subjects]  # type: ignore[attr-defined]
    place = sa.tuple_(AuditEntry.subject_type, AuditEntry.subject_id)
    statement = sa.select(AuditEntry).where(place.in_(keys)).order_by(AuditEntry.sequence)
    return db.session.scalars(statement).unique().all()


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
