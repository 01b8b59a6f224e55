"""Writing the trail: `record` an act, or `move` a row to another state and record it."""

from __future__ import annotations

import datetime as dt
import enum
import weakref
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from volunteer_hub.audit import queries, rules
from volunteer_hub.audit.models import AuditChainHead, AuditEntry, AuditNote
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.states import IllegalMove
from volunteer_hub.core.subject_types import subject_type

PENDING, SAVEPOINTS = "audit_pending", "audit_savepoints"


@dataclass(frozen=True)
class PendingEntry:
    """What was done, waiting for the commit that chains it."""

    action: str
    subject: Model | rules.Subject
    actor_id: int | None
    at: dt.datetime
    details: dict[str, Any]
    note: str | None


def record(
    action: str,
    subject: Model | rules.Subject,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    note: str | None = None,
    **details: Any,
) -> None:
    """Note that `actor` (None: the system) did `action` to `subject`; chained at the commit.

    `details` hold codes, ids and dates, never names or free text; those go into `words`.
    """
    session = db.session()
    if not session.in_transaction():
        session.begin()  # a rollback is only heard of where a transaction had begun
    act = PendingEntry(action, subject, actor.account_id if actor else None, now, details, note or None)
    session.info.setdefault(PENDING, []).append(act)


def record_export(*, reason: str, actor: Viewer, now: dt.datetime, **details: Any) -> None:
    """Note that entries of the trail leave the service, with the reason given (trust.md I13)."""
    head = queries.find_head()
    if head is None:
        raise NotFound("There is nothing to export yet.")
    record("audit.exported", head, actor=actor, now=now, note=reason, **details)


def move(
    row: Any,
    state: enum.StrEnum,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    note: str | None = None,
    column: str = "state",
    allow_same: bool = False,
    **details: Any,
) -> None:
    """Change a row's state and record it. Raises IllegalMove when the table has no such step.

    To stay where one is counts as no step: whoever comes second is told so. `again` allows it, for
    what is found anew, such as a check that is renewed.
    """
    before = getattr(row, column)
    if before == state and not allow_same:
        raise IllegalMove(f"This is already “{state.value.replace('_', ' ')}”. Somebody may have acted before you.")
    setattr(row, column, state)
    record(
        f"{subject_type(row)}.{state.value}",
        row,
        actor=actor,
        now=now,
        note=note,
        **{"from": before.value if before else None, "to": state.value},
        **details,
    )


def _head(session: Session) -> AuditChainHead:
    """The chain's head, locked until the commit."""
    locked = sa.select(AuditChainHead).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(locked).one_or_none()
    if head is None:
        # The very first act: of two rivals one inserts, the other waits here and finds the row.
        first = sa.text("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, :hash) ON CONFLICT DO NOTHING")
        session.execute(first, {"hash": rules.FIRST_HASH})
        head = session.scalars(locked).one()
    return head


def _chain(session: Session, acts: list[PendingEntry]) -> None:
    session.flush()
    head = _head(session)
    for act in acts:
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=act.at,
            actor_id=act.actor_id,
            action=act.action,
            subject_type=subject_type(act.subject),
            subject_id=act.subject.id,  # type: ignore[union-attr]
            details=rules.canonical_json(act.details),
            note_hash=rules.note_hash(act.note) if act.note else None,
            previous_hash=head.hash,
        )
        entry.hash = rules.link_hash(head.hash, queries.fields_to_hash(entry))
        session.add(entry)
        if act.note:
            session.add(AuditNote(entry_sequence=entry.sequence, text=act.note))
        head.sequence, head.hash = entry.sequence, entry.hash


def install() -> None:
    """Chain pending acts before each outer commit; forget those that are rolled back, and only those."""

    @event.listens_for(db.session, "before_commit")
    def _before_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return
        acts = session.info.pop(PENDING, None)
        if acts:
            _chain(session, acts)

    @event.listens_for(db.session, "after_transaction_create")
    def _after_begin(session: Session, transaction: SessionTransaction) -> None:
        if transaction.nested:
            savepoints = session.info.setdefault(SAVEPOINTS, weakref.WeakKeyDictionary())
            savepoints[transaction] = len(session.info.get(PENDING, ()))

    @event.listens_for(db.session, "after_soft_rollback")
    def _after_rollback(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent and not transaction.nested:
            return  # a flush that failed: what it fails is rolled back next
        # A savepoint that is rolled back takes its own acts along; what was done before it stands.
        kept = session.info.get(SAVEPOINTS, {}).get(transaction, 0)
        del session.info.get(PENDING, [])[kept:]
