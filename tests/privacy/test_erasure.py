"""An erasure leaves nothing of the person; ledger, audit log and other people are untouched (docs/invariants.md, I23)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from tests.factories.volunteers import make_volunteer
from tests.support.erasure import EMAIL, NAME, add_factor
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import queries as audit
from volunteer_hub.budgets import queries as ledger
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.placements.models import Placement
from volunteer_hub.privacy import queries, service
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


def dump_tables() -> dict[str, str]:
    """Return all rows of all tables, including the search index, as text by table."""
    db.session.rollback()
    metadata = sa.MetaData()
    metadata.reflect(db.engine)
    return {
        name: "\n".join(repr(tuple(row)) for row in db.session.execute(sa.select(table)))
        for name, table in metadata.tables.items()
    }


def erase(account: Account, now: dt.datetime) -> None:
    service.erase(account, actor=None, now=now)
    db.session.commit()


def test_erasure_leaves_nothing_of_the_person(person: Account, now: dt.datetime) -> None:
    add_factor(person)
    before = dump_tables()
    assert {"account", "outbox_mail", "match", "audit_note", "partner_request"} <= {
        name for name, text in before.items() if NAME in text or EMAIL in text
    }, "the test must have something to find"
    erase(person, now)
    for name, text in dump_tables().items():
        for canary in (NAME, EMAIL, "Quillfeather", "quill.example"):
            assert canary.lower() not in text.lower(), name


def test_audit_log_and_ledger_still_verify_and_work_is_counted(person: Account, now: dt.datetime) -> None:
    before = dump_tables()
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Placement, HoursEntry)]
    erase(person, now)
    assert list(audit.verify()) == []
    assert list(ledger.list_faults()) == []
    after = dump_tables()
    for name in ("journal", "ledger_entry", "allocation", "fund", "reservation"):
        assert after[name] == before[name]
    assert counts == [db.session.scalar(sa.select(sa.func.count()).select_from(m)) for m in (Placement, HoursEntry)]
    assert db.session.scalars(sa.select(HoursEntry.minutes)).all() == [90]


def test_account_is_closed_for_good(person: Account, client: Any, now: dt.datetime) -> None:
    client.sign_in(EMAIL)
    erase(person, now)
    assert client.get("/account").status_code == 303
    account = db.session.get_one(Account, person.id)
    assert (account.state, account.password_hash) == (AccountState.ERASED, None)
    assert db.session.scalars(sa.select(Volunteer.state)).all() == [VolunteerState.LEFT]
    with pytest.raises(Conflict):
        service.erase(account, actor=None, now=now)


def test_other_people_keep_their_data(person: Account, now: dt.datetime) -> None:
    namesake = make_volunteer(name=NAME, email="another@example.org")
    other = make_volunteer(name="Ravi Rao", email="ravi@example.org")
    other.manager_name, other.manager_email = NAME, EMAIL
    other.experience = "Ten years in paediatrics."
    db.session.commit()
    erase(person, now)
    db.session.expire_all()
    assert namesake.account.name == NAME
    assert namesake.skills
    assert other.experience == "Ten years in paediatrics."
    assert other.account.email == "ravi@example.org"
    assert (other.manager_name, EMAIL in (other.manager_email or "")) == (None, False)


def test_search_no_longer_finds_the_name(person: Account, client: Any, now: dt.datetime) -> None:
    make_request(need=f"Please come back, {NAME}.")
    make_volunteer(email="reader@example.org")
    client.sign_in("reader@example.org")
    page = client.get("/find?q=Quillfeather").text
    assert "app-card" in page
    erase(person, now)
    assert client.get("/find?q=Quillfeather").text.count("app-card") < page.count("app-card")


@pytest.mark.parametrize("duty", ["placement", "match", "directs", "request", "last_admin"])
def test_open_work_blocks_the_erasure(app: Flask, now: dt.datetime, duty: str) -> None:
    admin = make_account(Role.ADMIN)
    partner_request = make_request()
    match = make_match(partner_request, make_fitting_volunteer())
    placement = make_placement(match) if duty in {"placement", "directs"} else None
    account = {
        "placement": match.volunteer.account,
        "match": match.volunteer.account,
        "directs": placement.director if placement else None,
        "request": partner_request.contact,
        "last_admin": admin,
    }[duty]
    assert account
    assert [kind for kind, _row, _number in queries.list_blockers(account)] == [duty]
    with pytest.raises(Conflict):
        service.erase(account, actor=viewer_of(admin), now=now)
    assert account.state is AccountState.ACTIVE
