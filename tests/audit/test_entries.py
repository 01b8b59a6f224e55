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
    service.record("account.renamed", account, actor=None, now=now)
    db.session.flush()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        service.record("account.activated", account, actor=None, now=now)
        db.session.add(Account(name="Asha", email="asha@example.org", state=AccountState.INVITED, created_at=now))
        db.session.flush()
    db.session.commit()
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == account.id))
    assert list(actions) == ["account.renamed"]
