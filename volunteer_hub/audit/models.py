"""The tables of the audit log. Triggers refuse to change or delete an entry (migration 0002)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.core.db import Model


class AuditChainHead(Model):
    """The head of the chain: a single row, locked while an entry is added."""

    __tablename__ = "audit_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    hash: Mapped[str]


class AuditEntry(Model):
    """One action: codes and ids only, no names and no free text. `note_hash` is the hash of its AuditNote."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_type", "subject_id", "sequence"),)

    sequence: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    details: Mapped[str]
    note_hash: Mapped[str | None]
    previous_hash: Mapped[str]
    hash: Mapped[str]

    note: Mapped[AuditNote | None] = relationship(lazy="joined", innerjoin=False)


class AuditNote(Model):
    """The free text of an entry. It may be erased."""

    __tablename__ = "audit_note"

    entry_sequence: Mapped[int] = mapped_column(
        sa.ForeignKey("audit_entry.sequence"), primary_key=True, autoincrement=False
    )
    text: Mapped[str]
