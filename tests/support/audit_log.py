"""Reads the audit log of a test."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type_of_table


class Action(NamedTuple):
    """One entry: what was done, by whom (None for the service itself), with which note."""

    code: str
    actor_id: int | None
    note: str | None = None


def list_actions(row: Any, *, after: int = 0) -> list[Action]:
    """Return the actions on a row in their order, without the first `after`. Commits, as entries are chained then."""
    db.session.commit()
    statement = sa.select(AuditEntry).where(
        AuditEntry.subject_type == subject_type_of_table(row.__tablename__), AuditEntry.subject_id == row.id
    )
    entries = db.session.scalars(statement.order_by(AuditEntry.sequence).offset(after))
    return [Action(entry.action, entry.actor_id, entry.note.text if entry.note else None) for entry in entries]


def forge(statement: str, backend: str) -> None:
    """Change what may not be changed, the triggers switched off: an intruder with the database's keys."""
    if backend == "sqlite":
        db.session.execute(sa.text("DROP TRIGGER audit_entry_no_update"))
        db.session.execute(sa.text("DROP TRIGGER audit_entry_no_delete"))
    else:
        db.session.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    db.session.execute(sa.text(statement))
    db.session.commit()
    db.session.expire_all()
