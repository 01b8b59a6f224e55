"""Adversarial tests of imports: addresses that differ in case, registrations meanwhile, workbooks with NUL."""

from __future__ import annotations

import pytest

from tests.factories.accounts import make_account
from tests.factories.imports import make_import, volunteer_row
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db


def test_registration_of_the_same_address_during_an_import_causes_no_error(app, as_, monkeypatch) -> None:
    make_account(name="There", email="there@example.org")
    who = make_account(Role.COORDINATOR)
    batch = make_import([volunteer_row(email="There@Example.org"), volunteer_row()], actor=who)
    from volunteer_hub.accounts import queries as accounts
    from volunteer_hub.imports import queries as import_queries

    before = db.session.query(Account).count()
    client = as_(who)
    form = [
        f for f in client.forms(f"/imports/{batch.id}/import") if f["method"] == "post" and f["action"] != "/sign-out"
    ][-1]
    real = accounts.find_by_email
    monkeypatch.setattr(import_queries, "_account_keys", lambda _e: frozenset())
    monkeypatch.setattr(accounts, "find_by_email", lambda e: None if "there" in e.lower() else real(e))
    reply = client.post(f"/imports/{batch.id}/import", data=form["data"])
    assert reply.status_code in {409, 422}, reply.status_code
    assert db.session.query(Account).count() == before


def test_email_that_differs_by_case_is_there_already(app, as_, now) -> None:
    from volunteer_hub.imports import service

    make_account(email="mixed@example.org")
    batch = make_import([volunteer_row(email="MIXED@Example.ORG")])
    _t, outcome = service.recheck(batch, today=now.date())
    assert (len(outcome.added), len(outcome.existing)) == (0, 1)


def test_xlsx_with_escaped_nul(app, as_) -> None:
    import io

    from tests.support import workbooks

    make = next(
        (getattr(workbooks, n) for n in ("xlsx_of", "workbook", "xlsx", "book_of") if hasattr(workbooks, n)), None
    )
    if make is None:
        pytest.skip(str(dir(workbooks)))
    content = make([["name", "email", "profession"], ["Ann", "a_x0000_b@example.org", "nurse_adult"]])
    client = as_(make_account(Role.COORDINATOR))
    form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
    data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(content), "x.xlsx")}
    reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert reply.status_code < 500
