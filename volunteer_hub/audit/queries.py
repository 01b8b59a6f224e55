"""Reading the audit log: the history of a row, a search, and the verification of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from volunteer_hub.audit import rules
from volunteer_hub.audit.models import AuditChainHead, AuditEntry
from volunteer_hub.core import paging
from volunteer_hub.core.account_names import ACCOUNT
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.subject_types import subject_type


def list_history(*subjects: Model | rules.Subject) -> Sequence[AuditEntry]:
    """Return the entries about these rows, oldest first, in one query."""
    keys = [(subject_type(subject), subject.id) for subject in subjects]  # type: ignore[union-attr]
    subject_key = sa.tuple_(AuditEntry.subject_type, AuditEntry.subject_id)
    statement = sa.select(AuditEntry).where(subject_key.in_(keys)).order_by(AuditEntry.sequence)
    return db.session.scalars(statement).unique().all()


@dataclass(frozen=True)
class AuditFilters:
    """Filters of the audit log. `actors` None means any actor; `until` is an exclusive instant."""

    actors: tuple[int, ...] | None = None
    by_service: bool = False
    subject_type: str = ""
    subject_id: int | None = None
    action: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def _clauses(filters: AuditFilters) -> list[sa.ColumnElement[bool]]:
    entry = AuditEntry
    clauses: list[sa.ColumnElement[bool]] = []
    if filters.by_service:
        clauses.append(entry.actor_id.is_(None))
    elif filters.actors is not None:
        clauses.append(entry.actor_id.in_(filters.actors))
    if filters.subject_type:
        clauses.append(entry.subject_type == filters.subject_type)
    if filters.subject_id is not None:
        clauses.append(entry.subject_id == filters.subject_id)
    if filters.action:
        clauses.append(entry.action == filters.action)
    if filters.since:
        clauses.append(entry.at >= filters.since)
    if filters.until:
        clauses.append(entry.at < filters.until)
    return clauses


def search(filters: AuditFilters, *, key: str | None) -> paging.Page[AuditEntry]:
    """Return a page of matching entries, newest first. The page key is the sequence number: one indexed query per page."""
    statement = paging.after(sa.select(AuditEntry).where(*_clauses(filters)), (AuditEntry.sequence,), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row.sequence,) for row in rows])


def count_until(filters: AuditFilters, last: int) -> int:
    """Return the number of matching entries up to the sequence number `last`."""
    statement = sa.select(sa.func.count(AuditEntry.sequence)).where(*_clauses(filters), AuditEntry.sequence <= last)
    return int(db.session.scalar(statement) or 0)


def iter_until(filters: AuditFilters, last: int) -> Iterator[AuditEntry]:
    """Yield the matching entries up to the sequence number `last`, oldest first, 500 in memory at a time."""
    statement = sa.select(AuditEntry).where(*_clauses(filters), AuditEntry.sequence <= last)
    yield from db.session.scalars(statement.order_by(AuditEntry.sequence).execution_options(yield_per=500))


def find_head() -> AuditChainHead | None:
    """Return the head of the chain, None before the first entry."""
    return db.session.scalars(sa.select(AuditChainHead)).one_or_none()


def actor_names(account_ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of the actors of a history by account id, in one query."""
    wanted = {account_id for account_id in account_ids if account_id}
    rows = db.session.execute(sa.select(ACCOUNT.c.id, ACCOUNT.c.name).where(ACCOUNT.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def fields_to_hash(entry: AuditEntry) -> dict[str, object]:
    """Return the fields that an entry's hash covers. The keys are part of the hash and never change."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "words_hash": entry.note_hash,
    }


def verify() -> Iterator[str]:
    """Yield one sentence for each fault of the chain; nothing if it verifies.

    An erased note is no fault, a changed one is.
    """
    expected, previous = 1, rules.FIRST_HASH
    rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=500))
    for entry in rows:
        if entry.sequence != expected:
            yield f"entry {expected} is missing before entry {entry.sequence}"
        if entry.previous_hash != previous or entry.hash != rules.link_hash(previous, fields_to_hash(entry)):
            yield f"entry {entry.sequence} does not fit the chain"
        if entry.note and rules.note_hash(entry.note.text) != entry.note_hash:
            yield f"the words of entry {entry.sequence} were changed"
        expected, previous = entry.sequence + 1, entry.hash
    last = find_head()
    if (last.sequence, last.hash) != (expected - 1, previous) if last else expected > 1:
        yield f"the trail ends at entry {expected - 1}, which is not its head"
