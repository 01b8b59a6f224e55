"""Sensitive pages ask to confirm one's identity, and keep what was typed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.second_factor import code_of, enable_second_factor
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, is_sensitive
from volunteer_hub.core.db import db

DIRECTOR = {"name": "Kofi “K” <Mensah>", "email": "kofi@example.org", "role": "director", "country": "GH"}
SENSITIVE = {
    "accounts.change_email",
    "budgets.receive",
    "accounts.new_recovery_codes",
    "accounts.set_up_second_factor",
    "accounts.turn_off_second_factor",
    "accounts.deactivate",
    "accounts.reactivate",
    "accounts.reset_second_factor",
    "accounts.end_role",
    "accounts.invite",
}


def read_hidden_fields(text: str) -> dict[str, str]:
    """Return the hidden fields of the page."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text.split("<main")[1])
    }


@pytest.fixture
def admin(client: Any) -> Account:
    """Return an administrator who has just signed in."""
    account = make_account(Role.ADMIN, email="ada@example.org")
    client.sign_in(account.email)
    return account


def find_invited() -> Account | None:
    """Return the account that the tests invite; None before the invitation."""
    return db.session.scalars(sa.select(Account).where(Account.email == "kofi@example.org")).one_or_none()


def test_sensitive_pages_are_declared(app: Flask) -> None:
    sensitive = {endpoint for endpoint, view in app.view_functions.items() if is_sensitive(view)}
    assert sensitive >= SENSITIVE


def test_recent_sign_in_counts_as_confirmation(client: Any, admin: Account, clock: Any) -> None:
    clock.advance(minutes=14)
    assert client.submit("/people/invite", **DIRECTOR).status_code == 303


def test_page_opens_after_the_password(client: Any, admin: Account, clock: Any) -> None:
    clock.advance(minutes=16)
    reply = client.get("/people/invite?x=1")
    assert reply.location == "/confirm-identity?next=/people/invite?x%3D1"
    assert client.submit(reply.location, identity="wrong").status_code == 422
    assert client.get("/people/invite").status_code == 303
    assert client.submit(reply.location, identity=PASSWORD).location == "/people/invite?x=1"
    assert client.get("/people/invite").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https:evil.example", "/%09/x"])
def test_redirect_is_local_only(client: Any, admin: Account, target: str) -> None:
    assert client.submit(f"/confirm-identity?next={target}", identity=PASSWORD).location == "/start"


def stale_post(client: Any, clock: Any) -> tuple[dict[str, str], Any]:
    """Submit an invitation whose form was opened while the identity was fresh, after that time."""
    data = client.forms("/people/invite")[-1]["data"] | DIRECTOR
    clock.advance(minutes=16)
    return data, client.post("/people/invite", data=data)


def test_late_post_keeps_its_fields_and_is_replayed_after_the_password(client: Any, admin: Account, clock: Any) -> None:
    _data, page = stale_post(client, clock)
    assert page.status_code == 401
    carried = read_hidden_fields(page.text)
    assert {name: carried[name] for name in DIRECTOR} == DIRECTOR
    wrong = client.post("/people/invite", data=carried | {"identity": "wrong"})
    assert (wrong.status_code, find_invited()) == (422, None)
    assert "wrong" not in read_hidden_fields(wrong.text).values()
    done = client.post("/people/invite", data=read_hidden_fields(wrong.text) | {"identity": PASSWORD})
    assert done.status_code == 303
    account = find_invited()
    assert account
    assert account.name == DIRECTOR["name"]
    assert client.get("/people/invite").status_code == 200, "not asked again"


def test_duplicate_submission_of_the_password_acts_once(client: Any, admin: Account, clock: Any) -> None:
    _data, page = stale_post(client, clock)
    sent = read_hidden_fields(page.text) | {"identity": PASSWORD}
    first, second = client.post("/people/invite", data=sent), client.post("/people/invite", data=sent)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(list_queued_mail("invitation")) == 1


def test_duplicate_submission_of_a_code_acts_once(client: Any, app: Flask, clock: Any) -> None:
    account = make_account(Role.ADMIN, email="ann@example.org")
    secret = enable_second_factor(account)
    client.submit("/sign-in", email=account.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret))
    _data, page = stale_post(client, clock)
    sent = read_hidden_fields(page.text) | {"identity": code_of(secret)}
    first, second = client.post("/people/invite", data=sent), client.post("/people/invite", data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(list_queued_mail("invitation")) == 1


def test_account_with_a_second_factor_needs_a_code(client: Any, clock: Any) -> None:
    account = make_account(email="ann@example.org")
    secret = enable_second_factor(account)
    client.submit("/sign-in", email=account.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret))
    clock.advance(minutes=16)
    assert client.submit("/confirm-identity", identity=PASSWORD).status_code == 422
    assert client.submit("/confirm-identity", identity=code_of(secret)).status_code == 303
    assert client.submit("/confirm-identity", identity=code_of(secret)).status_code == 422, "each code once"


def test_csrf_token_is_required(client: Any, admin: Account, clock: Any) -> None:
    _data, page = stale_post(client, clock)
    sent = read_hidden_fields(page.text) | {"identity": PASSWORD}
    del sent["csrf_token"]
    assert client.post("/people/invite", data=sent).status_code == 400


def test_no_confirmation_without_access(client: Any, clock: Any) -> None:
    client.sign_in(make_account(Role.VOLUNTEER).email)
    clock.advance(minutes=16)
    assert client.get("/people/invite").status_code == 403


def test_confirmation_counts_for_one_session_only(client: Any, app: Flask, admin: Account, clock: Any) -> None:
    thief = app.test_client()
    thief.sign_in(admin.email)
    clock.advance(minutes=16)
    client.submit("/confirm-identity", identity=PASSWORD)
    assert client.get("/people/invite").status_code == 200
    assert thief.get("/people/invite").status_code == 303
