"""Writing the audit log: `record` an action, or `move` a row to another state and record that."""

from __future__ import annotations

import datetime as dt
import enum
import weakref
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from volunteer_hub.audit import queries, rules
from volunteer_hub.audit.models import AuditChainHead, AuditEntry, AuditNote
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.states import IllegalMove
from volunteer_hub.core.subject_types import subject_type

PENDING_KEY, SAVEPOINTS_KEY = "audit_pending", "audit_savepoints"


@dataclass(frozen=True)
class PendingEntry:
    """An action that the commit will add to the chain."""

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
    """Record that `actor` (None: the system) did `action` to `subject`. The entry is chained at the commit.

    `details` hold codes, ids and dates, never names or free text; those belong in `note`.
    """
    session = db.session()
    if not session.in_transaction():
        session.begin()  # without a transaction the rollback listener below is not called
    entry = PendingEntry(action, subject, actor.account_id if actor else None, now, details, note or None)
    session.info.setdefault(PENDING_KEY, []).append(entry)


def record_export(*, reason: str, actor: Viewer, now: dt.datetime, **details: Any) -> None:
    """Record that entries of the log are exported, with the reason (docs/invariants.md, I13). Raises NotFound if empty."""
    head = queries.find_head()
    if head is None:
        raise NotFound(_("There is nothing to export yet."), code="nothing_to_export")
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
    """Change a row's state and record it. Raises IllegalMove if the table of moves does not allow the step.

    Moving to the current state is refused too, so that the second of two concurrent users learns about the first.
    `allow_same` permits it, for confirmations such as the renewal of a check.
    """
    before = getattr(row, column)
    if before == state and not allow_same:
        raise IllegalMove(
            _("This is already “%(state)s”. Somebody may have acted before you.", state=state.value.replace("_", " ")),
            code="already_in_this_state",
        )
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
    """Return the head of the chain, locked until the commit."""
    locked = sa.select(AuditChainHead).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(locked).one_or_none()
    if head is None:
        # First entry ever: one of two concurrent transactions inserts the head, the other waits here and finds it.
        first = sa.text("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, :hash) ON CONFLICT DO NOTHING")
        session.execute(first, {"hash": rules.FIRST_HASH})
        head = session.scalars(locked).one()
    return head


def _chain(session: Session, pending: list[PendingEntry]) -> None:
    session.flush()
    head = _head(session)
    for action in pending:
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=action.at,
            actor_id=action.actor_id,
            action=action.action,
            subject_type=subject_type(action.subject),
            subject_id=action.subject.id,  # type: ignore[union-attr]
            details=rules.canonical_json(action.details),
            note_hash=rules.note_hash(action.note) if action.note else None,
            previous_hash=head.hash,
        )
        entry.hash = rules.link_hash(head.hash, queries.fields_to_hash(entry))
        session.add(entry)
        if action.note:
            session.add(AuditNote(entry_sequence=entry.sequence, text=action.note))
        head.sequence, head.hash = entry.sequence, entry.hash


def install() -> None:
    """Register the session listeners: chain pending entries before each outer commit, drop those rolled back."""

    @event.listens_for(db.session, "before_commit")
    def _before_commit(session: Session) -> None:
        if session.in_nested_transaction():
            return
        pending = session.info.pop(PENDING_KEY, None)
        if pending:
            _chain(session, pending)

    @event.listens_for(db.session, "after_transaction_create")
    def _after_begin(session: Session, transaction: SessionTransaction) -> None:
        if transaction.nested:
            savepoints = session.info.setdefault(SAVEPOINTS_KEY, weakref.WeakKeyDictionary())
            savepoints[transaction] = len(session.info.get(PENDING_KEY, ()))

    @event.listens_for(db.session, "after_soft_rollback")
    def _after_rollback(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent and not transaction.nested:
            return  # a failed flush; the rollback of the enclosing transaction follows
        # A rolled back savepoint drops its own entries; earlier ones stay.
        count_before = session.info.get(SAVEPOINTS_KEY, {}).get(transaction, 0)
        del session.info.get(PENDING_KEY, [])[count_before:]
