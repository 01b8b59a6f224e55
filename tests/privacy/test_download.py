"""The download holds every row about the person, and no other person's."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.support.erasure import EMAIL, NAME, add_factor
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.privacy import queries, service, subject_queries
from volunteer_hub.privacy.data_map import DATA_MAP


def count(name: str, account_id: int) -> int:
    table = subject_queries.get_table(name)
    condition = subject_queries.subject_condition(name, account_id)
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(table).where(condition)) or 0)


def test_download_holds_every_row_about_the_person(person: Account) -> None:
    add_factor(person)
    rows_by_table = queries.list_rows_about(person.id)
    subject_tables = {name for name, entry in DATA_MAP.items() if entry.subject_paths}
    assert {name: len(rows_by_table.get(name, [])) for name in subject_tables} == {
        name: count(name, person.id) for name in subject_tables
    }
    assert {"account", "volunteer", "hours_entry", "match", "placement", "trusted_device", "release"} - set(
        rows_by_table
    ) == {"release"}, "the fixture has no release"
    assert rows_by_table["account"][0]["email"] == EMAIL


def test_download_holds_no_secret(person: Account) -> None:
    add_factor(person)
    text = json.dumps(queries.list_rows_about(person.id))
    assert EMAIL in text
    for secret in ("argon2", "sealed", '"token_hash"', '"code_hash"', '"password_hash"'):
        assert secret not in text


def test_actor_does_not_get_texts_of_others(person: Account, now: Any) -> None:
    others = db.session.scalars(sa.select(Account).where(Account.id != person.id).order_by(Account.id)).all()
    for account in others:
        assert NAME not in json.dumps(
            {k: v for k, v in queries.list_rows_about(account.id).items() if k in {"placement", "hours_entry"}}
        )


def test_download_is_audited_and_notified(person: Account, client: Any) -> None:
    client.sign_in(EMAIL)
    page = client.get("/account/my-data")
    assert NAME in page.text
    assert "Your profile (1)" in page.text
    reply = client.submit("/account/my-data")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(reply.text)["tables"]["account"][0]["name"] == NAME
    assert "privacy.downloaded" in db.session.scalars(sa.select(AuditEntry.action)).all()
    assert [mail.recipient_email for mail in list_queued_mail("data_downloaded")] == [EMAIL]


def test_another_persons_data_cannot_be_downloaded(person: Account, now: Any) -> None:
    admin = make_account(Role.ADMIN)
    with pytest.raises(Forbidden):
        service.export_personal_data(person, actor=viewer_of(admin), now=now)
