"""What an entry keeps: a note if there is one, and nothing of what was rolled back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service
from volunteer_hub.audit.models import AuditEntry, AuditNote
from volunteer_hub.core.db import db


@pytest.mark.parametrize(("note", "stored"), [("They moved.", ["They moved."]), ("", []), (None, [])])
def test_an_empty_note_is_none(app: Any, now: dt.datetime, note: str | None, stored: list[str]) -> None:
    account = make_account()
    service.record("account.renamed", account, actor=None, now=now, note=note)
    db.session.commit()
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "account.renamed")).one()
    assert (entry.note_hash is not None) is bool(stored)
    assert (
        list(db.session.scalars(sa.select(AuditNote.text).where(AuditNote.entry_sequence == entry.sequence))) == stored
    )


def test_a_flush_that_fails_in_a_savepoint_keeps_what_was_recorded_before(app: Any, now: dt.datetime) -> None:
    account = make_account(email="asha@example.org")
    service.record("before.savepoint", account, actor=None, now=now)
    db.session.flush()
    savepoint = db.session.begin_nested()
    service.record("in.savepoint", account, actor=None, now=now)
    db.session.add(Account(name="Asha", email="asha@example.org", state=AccountState.INVITED, created_at=now))
    with pytest.raises(IntegrityError):
        db.session.flush()
    savepoint.rollback()
    db.session.commit()
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert "before.savepoint" in actions
    assert "in.savepoint" not in actions
