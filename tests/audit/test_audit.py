"""The audit log: chained in the action's own commit, tampering is detected, notes can be erased (docs/invariants.md, I13)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.support.audit_log import forge
from tests.support.race import race
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import queries, rules
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry, AuditNote
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.states import IllegalMove


def entries() -> list[AuditEntry]:
    """Return the whole audit log."""
    return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.sequence)).unique())


@pytest.fixture
def audited_account(app: Flask, now: dt.datetime) -> Account:
    """Three entries about one account, the second with a note."""
    account = make_account(Role.ADMIN)
    actor = viewer_of(account)
    audit.record("account.registered", account, actor=None, now=now)
    audit.record("account.details_changed", account, actor=actor, now=now, note="Married name")
    db.session.commit()
    audit.move(account, AccountState.DEACTIVATED, actor=actor, now=now)
    db.session.commit()
    return account


def test_entries_are_chained_and_the_chain_verifies(audited_account: Account) -> None:
    assert [entry.sequence for entry in entries()] == [1, 2, 3]
    assert entries()[0].previous_hash == rules.FIRST_HASH
    assert list(queries.verify()) == []


def test_move_names_both_states(audited_account: Account) -> None:
    last = entries()[-1]
    assert (last.action, last.details) == ("account.deactivated", '{"from":"active","to":"deactivated"}')


def test_history_is_the_entries_about_one_row_in_order(audited_account: Account) -> None:
    audit.record("account.registered", make_account(), actor=None, now=core_clock.now())
    db.session.commit()
    assert [entry.action for entry in queries.list_history(audited_account)] == [
        "account.registered",
        "account.details_changed",
        "account.deactivated",
    ]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_entry SET action = 'x' WHERE sequence = 2", "entry 2 does not fit the chain"),
        ("UPDATE audit_entry SET actor_id = 7 WHERE sequence = 1", "entry 1 does not fit the chain"),
        ("UPDATE audit_entry SET details = '{}' WHERE sequence = 3", "entry 3 does not fit the chain"),
        ("UPDATE audit_note SET text = 'Other words'", "the words of entry 2 were changed"),
    ],
)
def test_tampering_is_found(audited_account: Account, backend: str, statement: str, fault: str) -> None:
    forge(statement, backend)
    assert fault in list(queries.verify())


def test_a_missing_entry_is_found(audited_account: Account, backend: str) -> None:
    db.session.execute(sa.delete(AuditNote))
    forge("DELETE FROM audit_entry WHERE sequence = 2", backend)
    assert "entry 2 is missing before entry 3" in list(queries.verify())


def test_a_cut_off_end_is_found(audited_account: Account, backend: str) -> None:
    forge("DELETE FROM audit_entry WHERE sequence = 3", backend)
    assert list(queries.verify()) != []


def test_notes_can_be_erased_and_the_chain_still_verifies(audited_account: Account) -> None:
    db.session.execute(sa.delete(AuditNote))
    db.session.commit()
    assert list(queries.verify()) == []
    assert entries()[1].note_hash is not None


def test_rollback_leaves_no_entry(app: Flask, now: dt.datetime) -> None:
    account = make_account()
    audit.record("account.registered", account, actor=None, now=now)
    db.session.rollback()
    db.session.commit()
    assert entries() == []


def test_refused_move_leaves_no_entry(app: Flask, now: dt.datetime) -> None:
    account = make_account()
    with pytest.raises(IllegalMove):
        audit.move(account, AccountState.INVITED, actor=None, now=now)
    db.session.commit()
    assert entries() == []
    assert account.state is AccountState.ACTIVE


def test_entry_in_a_savepoint_is_chained_at_the_outer_commit(app: Flask, now: dt.datetime) -> None:
    account = make_account()
    with db.session.begin_nested():
        audit.record("account.registered", account, actor=None, now=now)
    assert entries() == []
    db.session.commit()
    assert len(entries()) == 1


def test_concurrent_entries_make_one_chain(app: Flask, now: dt.datetime) -> None:
    ids = [make_account().id for _ in range(4)]

    def act(number: int) -> None:
        for _ in range(5):
            account = db.session.get(Account, ids[number])
            assert account is not None
            audit.record("account.registered", account, actor=None, now=now)
            db.session.commit()

    race(app, act, rivals=4)
    assert [entry.sequence for entry in entries()] == list(range(1, 21))
    assert list(queries.verify()) == []


def test_reading_pages_writes_nothing(client: Any, app: Flask) -> None:
    account = make_account(Role.ADMIN)
    client.sign_in(account.email)
    before = digest()
    for path in (
        "/",
        "/people/",
        f"/people/{account.id}",
        "/people/invite",
        "/account",
        "/account/password",
        "/register",
    ):
        client.get(path)
        client.head(path)
    assert digest() == before


def digest() -> dict[str, list[Any]]:
    """Everything in the database."""
    db.session.rollback()
    names = sorted(sa.inspect(db.engine).get_table_names())
    tables = {name: sorted(map(repr, db.session.execute(sa.text(f'SELECT * FROM "{name}"')))) for name in names}  # noqa: S608
    db.session.rollback()
    return tables


def test_command_verifies_and_fails_loudly(audited_account: Account, app: Flask, backend: str) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    forge("UPDATE audit_entry SET action = 'x' WHERE sequence = 2", backend)
    result = runner.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "entry 2 does not fit the chain" in result.output


def test_move_to_the_current_state_is_refused_unless_allowed(app: Flask, now: dt.datetime) -> None:
    account = make_account(state=AccountState.ACTIVE)
    with pytest.raises(IllegalMove):
        audit.move(account, AccountState.ACTIVE, actor=None, now=now)
    audit.move(account, AccountState.ACTIVE, actor=None, now=now, allow_same=True)
    db.session.commit()
    assert [entry.action for entry in queries.list_history(account)] == ["account.active"]


def test_rolled_back_savepoint_drops_only_its_own_entries(app: Flask, now: dt.datetime) -> None:
    account = make_account()
    audit.record("account.details_changed", account, actor=None, now=now)
    with db.session.begin_nested() as undone:
        audit.record("account.password_changed", account, actor=None, now=now)
        undone.rollback()
    with db.session.begin_nested():
        audit.record("account.signed_in", account, actor=None, now=now)
    db.session.commit()
    acts = [entry.action for entry in queries.list_history(account)]
    assert sorted(acts) == ["account.details_changed", "account.signed_in"]
    audit.record("account.details_changed", account, actor=None, now=now)
    db.session.rollback()
    db.session.commit()
    assert len(queries.list_history(account)) == 2
