"""The download holds every row about the person, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.privacy.conftest import EMAIL, NAME, add_factor
from tests.support.letters import letters
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


def test_every_row_about_the_person_is_in_it(person: Account) -> None:
    add_factor(person)
    found = queries.list_rows_about(person.id)
    about = {name for name, entry in DATA_MAP.items() if entry.subject_paths}
    assert {name: len(found.get(name, [])) for name in about} == {name: count(name, person.id) for name in about}
    assert {"account", "volunteer", "hours_entry", "match", "placement", "trusted_device", "release"} - set(found) == {
        "release"
    }, "the fixture has no release"
    assert found["account"][0]["email"] == EMAIL


def test_no_secret_is_in_it(person: Account) -> None:
    add_factor(person)
    text = json.dumps(queries.list_rows_about(person.id))
    for secret in ("argon2", "sealed", '"token_hash"', '"code_hash"', '"password_hash"'):
        assert secret not in text


def test_who_only_acted_gets_no_words_of_others(person: Account, now: Any) -> None:
    director = db.session.scalars(sa.select(Account).where(Account.id != person.id).order_by(Account.id)).all()
    for account in director:
        assert NAME not in json.dumps(
            {k: v for k, v in queries.list_rows_about(account.id).items() if k in {"placement", "hours_entry"}}
        )


def test_download_by_page_is_noted_and_told(person: Account, client: Any) -> None:
    client.sign_in(EMAIL)
    page = client.get("/account/my-data")
    assert NAME in page.text
    assert "Your profile (1)" in page.text
    reply = client.submit("/account/my-data")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(reply.text)["tables"]["account"][0]["name"] == NAME
    assert "privacy.downloaded" in db.session.scalars(sa.select(AuditEntry.action)).all()
    assert [mail.recipient_email for mail in letters("data_downloaded")] == [EMAIL]


def test_nobody_downloads_somebody_else(person: Account, now: Any) -> None:
    admin = make_account(Role.ADMIN)
    with pytest.raises(Forbidden):
        service.export_personal_data(person, actor=viewer_of(admin), now=now)
