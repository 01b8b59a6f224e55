"""The required second factor of staff, and the reset of a lost one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import code_of, enable_second_factor, sign_in
from tests.support.query_count import record_queries
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden


@pytest.fixture
def is_required(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Require a second factor of staff, as in production."""
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FINANCE, Role.ADMIN])
def test_staff_without_a_second_factor_are_redirected_to_set_it_up(client: Any, is_required: None, role: Role) -> None:
    client.sign_in(make_account(role).email)
    for path in ("/start", "/account", "/account/email"):
        assert client.get(path).location == "/account/second-factor/", path
    for path in ("/account/second-factor/", "/account/second-factor/set-up", "/policies/privacy"):
        assert client.get(path).status_code == 200, path
    [form] = [form for form in client.forms("/account/second-factor/") if form["action"] == "/sign-out"]
    assert client.post("/account/password", data=form["data"]).location == "/account/second-factor/"
    assert client.post("/sign-out", data=form["data"]).location == "/"


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.FUNDER])
def test_other_roles_need_no_second_factor(client: Any, is_required: None, role: Role) -> None:
    client.sign_in(make_account(role).email)
    assert client.get("/start").status_code == 200


def test_new_role_requires_it_within_the_same_session(
    client: Any, person: Account, is_required: None, now: dt.datetime
) -> None:
    client.sign_in(person.email)
    assert client.get("/start").status_code == 200
    db.session.add(RoleGrant(account_id=person.id, role=Role.FINANCE, granted_at=now))
    db.session.commit()
    assert client.get("/start").location == "/account/second-factor/"
    enable_second_factor(person)
    assert client.get("/start").status_code == 200


def test_required_second_factor_cannot_be_turned_off(client: Any, is_required: None) -> None:
    admin = make_account(Role.ADMIN, email="ann@example.org")
    sign_in(client, code_of(enable_second_factor(admin)))
    assert "nhsuk-button--warning" not in client.get("/account/second-factor/turn-off").text
    data = client.forms("/account/second-factor/new-codes")[-1]["data"]
    client.post("/account/second-factor/turn-off", data=data)
    assert queries.find_second_factor(admin.id)


def test_requirement_costs_no_query(client: Any, is_required: None) -> None:
    admin = make_account(Role.ADMIN, email="ann@example.org")
    sign_in(client, code_of(enable_second_factor(admin)))
    with record_queries() as sent:
        assert client.get("/policies/privacy").status_code == 200
    assert len(sent) == 1


def test_administrator_resets_it_with_a_reason(client: Any, app: Flask, person: Account, secret: str) -> None:
    other_browser = app.test_client()
    sign_in(other_browser, code_of(secret), trust="yes")
    client.sign_in(make_account(Role.ADMIN, name="Ada").email)
    path = f"/people/{person.id}/second-factor/reset"
    assert path in client.get(f"/people/{person.id}").text
    assert client.submit(path).status_code == 422
    assert client.submit(path, reason="Phone lost, called back").status_code == 303
    assert other_browser.get("/account").status_code == 303
    assert (queries.find_second_factor(person.id), queries.count_recovery_codes(person.id)) == (None, 0)
    assert "Ada" in list_queued_mail("second_factor_reset")[-1].text
    assert "Phone lost, called back" in client.get(f"/people/{person.id}").text
    assert app.test_client().submit("/sign-in", email=person.email, password=PASSWORD).location == "/start"


def test_only_another_administrator_resets_it(app: Flask, person: Account, secret: str, now: dt.datetime) -> None:
    coordinator, admin = make_account(Role.COORDINATOR), make_account(Role.ADMIN)
    enable_second_factor(admin)
    with pytest.raises(Forbidden):
        service.reset_second_factor(person, reason="x", actor=viewer_of(coordinator), now=now)
    with pytest.raises(DomainError):
        service.reset_second_factor(admin, reason="x", actor=viewer_of(admin), now=now)
