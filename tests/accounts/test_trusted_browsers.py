"""Trusted browsers: no code is asked for there, until the trust ends."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.second_factor import code_of, enable_second_factor, sign_in, submit_password
from tests.support.queued_mail import list_queued_mail
from tests.support.second_factor import DEVICE, setup_form
from volunteer_hub.accounts import queries
from volunteer_hub.accounts.models import Account, TrustedDevice
from volunteer_hub.core.db import db


def test_trusted_browser_needs_no_code_for_30_days(client: Any, app: Flask, secret: str, clock: Any) -> None:
    reply = sign_in(client, code_of(secret), trust="yes")
    [cookie] = [value for value in reply.headers.getlist("Set-Cookie") if value.startswith(DEVICE)]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    sign_out(client)
    assert client.submit("/sign-in", email="ann@example.org", password=PASSWORD).location == "/start"
    sign_out(client)
    clock.advance(days=30)
    submit_password(client)


def sign_out(client: Any) -> None:
    """Submit the sign-out form of the menu."""
    [form] = [form for form in client.forms("/account") if form["action"] == "/sign-out"]
    client.post("/sign-out", data=form["data"])


def test_device_cookie_is_secure_in_production(client: Any, app: Flask, secret: str, monkeypatch: Any) -> None:
    submit_password(client)
    form = client.forms("/sign-in/code")[-1]["data"] | {"app_code": code_of(secret), "trust": "yes"}
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    cookies = client.post("/sign-in/code", data=form).headers.getlist("Set-Cookie")
    assert all("Secure" in cookie for cookie in cookies if cookie.startswith(DEVICE))
    assert any(cookie.startswith(DEVICE) for cookie in cookies)


def test_trust_counts_for_one_account_only(client: Any, app: Flask, secret: str) -> None:
    sign_in(client, code_of(secret), trust="yes")
    other = make_account(email="ben@example.org")
    enable_second_factor(other)
    thief = app.test_client()
    thief.set_cookie(DEVICE, client.get_cookie(DEVICE).value)
    assert "/sign-in/code" in thief.submit("/sign-in", email=other.email, password=PASSWORD).location


ENDINGS = ["one", "all", "password", "turned off", "reset by link"]


@pytest.mark.parametrize("way", ENDINGS)
def test_copied_device_cookie_is_useless_once_trust_ends(
    client: Any, app: Flask, secret: str, way: str, now: Any
) -> None:
    sign_in(client, code_of(secret), trust="yes")
    thief = app.test_client()
    thief.set_cookie(DEVICE, client.get_cookie(DEVICE).value)
    device = db.session.scalars(sa.select(TrustedDevice)).one()
    account = queries.find_by_email("ann@example.org")
    assert account
    if way == "one":
        client.submit("/account/second-factor/", action=f"/browsers/{device.id}/end")
    elif way == "all":
        client.submit("/account/second-factor/", action="/browsers/end-all")
    elif way == "password":
        client.submit("/account/password", old=PASSWORD, password="purple tractor river")
    elif way == "turned off":
        client.submit("/account/second-factor/turn-off")
        assert list_queued_mail("second_factor_off")
    else:
        client.submit("/forgotten-password", email=account.email)
        client.submit(
            list_queued_mail("reset_password")[-1].text.split("http://localhost")[1].split()[0],
            password="purple tractor river",
        )
    db.session.refresh(device)
    assert device.ended_at == now
    assert queries.find_trusted_device(thief.get_cookie(DEVICE).value, account_id=account.id, now=now) is None


def test_another_persons_trusted_browser_cannot_be_ended(client: Any, app: Flask, secret: str) -> None:
    victim = app.test_client()
    sign_in(victim, code_of(secret), trust="yes")
    [device_id] = db.session.scalars(sa.select(TrustedDevice.id)).all()
    client.sign_in(make_account().email)
    data = client.forms("/account/password")[-1]["data"]
    client.post(f"/account/second-factor/browsers/{device_id}/end", data=data)
    assert db.session.scalars(sa.select(TrustedDevice.ended_at)).one() is None


def test_setup_signs_out_other_browsers(client: Any, app: Flask, person: Account) -> None:
    other = app.test_client()
    other.sign_in(person.email)
    client.sign_in(person.email)
    page = client.get("/account/second-factor/set-up").text
    key_match = re.search(r'<code class="app-key">([A-Z2-7 ]+)</code>', page)
    assert key_match
    client.post(
        "/account/second-factor/set-up", data=setup_form(page) | {"app_code": code_of(key_match[1].replace(" ", ""))}
    )
    assert (other.get("/account").status_code, client.get("/account").status_code) == (303, 200)
