"""Sessions are rows in the database, so they end at once in every browser (docs/invariants.md, I18)."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account
from volunteer_hub.accounts.labels import describe_browser
from volunteer_hub.accounts.models import Account, RoleGrant, UserSession
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db

COOKIE = "volunteer_hub"


def copy_of(client: Any, app: Flask) -> Any:
    """Return a client with a stolen copy of the cookie."""
    thief = app.test_client()
    thief.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    return thief


def test_copied_cookie_is_useless_after_sign_out(client: Any, app: Flask) -> None:
    client.sign_in(make_account().email)
    thief = copy_of(client, app)
    assert thief.get("/account").status_code == 200
    sign_out(client)
    assert thief.get("/account").status_code == 303
    assert client.get("/account").status_code == 303


def sign_out(client: Any) -> None:
    """Submit the sign-out form of the menu."""
    [form] = [form for form in client.forms("/account") if form["action"] == "/sign-out"]
    assert client.post("/sign-out", data=form["data"]).status_code == 303


def test_cookie_is_http_only_and_same_site(client: Any) -> None:
    cookies = client.sign_in(make_account().email).headers.getlist("Set-Cookie")
    [cookie] = [value for value in cookies if value.startswith(COOKIE)]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_cookie_changes_at_sign_in(client: Any) -> None:
    account = make_account()
    client.get("/sign-in")
    before = client.get_cookie(COOKIE).value
    client.sign_in(account.email)
    assert client.get_cookie(COOKIE).value != before


@pytest.mark.parametrize("change", ["deactivated", "role ended", "session ended"])
def test_change_takes_effect_on_the_next_request(client: Any, now: Any, change: str) -> None:
    account = make_account(Role.ADMIN)
    client.sign_in(account.email)
    assert client.get("/people/").status_code == 200
    if change == "deactivated":
        db.session.get_one(Account, account.id).state = AccountState.DEACTIVATED
    elif change == "role ended":
        db.session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id)).one().ended_at = now
    else:
        db.session.scalars(sa.select(UserSession)).one().ended_at = now
    db.session.commit()
    assert client.get("/people/").status_code == (403 if change == "role ended" else 303)


@pytest.mark.parametrize(("hours", "status"), [(11.9, 200), (12.1, 303)])
def test_idle_session_ends(client: Any, clock: Any, hours: float, status: int) -> None:
    client.sign_in(make_account().email)
    clock.advance(hours=hours)
    assert client.get("/account").status_code == status


def test_active_session_ends_after_two_weeks(client: Any, clock: Any) -> None:
    client.sign_in(make_account().email)
    for _ in range(27):
        clock.advance(hours=12, minutes=-1)
        assert client.get("/account").status_code == 200
    clock.advance(hours=12)
    assert client.get("/account").status_code == 303


def test_changing_the_password_keeps_this_browser_and_ends_the_others(client: Any, app: Flask) -> None:
    account = make_account()
    client.sign_in(account.email)
    other = app.test_client()
    other.sign_in(account.email)
    wrong = client.submit("/account/password", old="wrong", password="purple tractor river")
    assert wrong.status_code == 422
    assert other.get("/account").status_code == 200
    client.submit("/account/password", old=PASSWORD, password="purple tractor river")
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_other_browsers_are_listed_and_can_be_ended(client: Any, app: Flask) -> None:
    account = make_account()
    client.sign_in(account.email)
    other = app.test_client()
    other.sign_in(account.email)
    ids = db.session.scalars(sa.select(UserSession.id).order_by(UserSession.id)).all()
    client.submit("/account", action=f"/account/sessions/{ids[1]}/end")
    assert other.get("/account").status_code == 303
    other.sign_in(account.email)
    client.submit("/account", action="/end-others")
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_another_persons_session_cannot_be_ended(client: Any, app: Flask) -> None:
    victim = app.test_client()
    victim.sign_in(make_account().email)
    [session_id] = db.session.scalars(sa.select(UserSession.id)).all()
    client.sign_in(make_account().email)
    data = client.forms("/account/password")[-1]["data"]
    client.post(f"/account/sessions/{session_id}/end", data=data)
    assert victim.get("/account").status_code == 200


def test_only_the_hash_of_a_session_token_is_stored(client: Any) -> None:
    client.sign_in(make_account().email)
    stored_hash = db.session.scalars(sa.select(UserSession.token_hash)).one()
    assert len(stored_hash) == 64


@pytest.mark.parametrize(
    ("target", "location"),
    [("/account", "/account"), ("//evil.example", "/start"), ("https:evil.example", "/start"), ("/%09/x", "/start")],
)
def test_sign_in_redirects_only_locally(client: Any, target: str, location: str) -> None:
    account = make_account()
    reply = client.submit(f"/sign-in?next={target}", email=account.email, password=PASSWORD)
    assert reply.location == location


def test_sign_in_is_required_and_returns_to_the_page(client: Any) -> None:
    assert client.get("/people/?q=ann").location == "/sign-in?next=/people/?q%3Dann"


def test_last_seen_is_now(client: Any) -> None:
    client.sign_in(make_account().email)
    assert db.session.scalars(sa.select(UserSession.last_seen_at)).one() == core_clock.now()


@pytest.fixture
def slow(app: Flask) -> Account:
    """Return an account whose password takes seconds to verify, so that other requests can run meanwhile."""
    account = make_account(email="slow@example.org")
    account.password_hash = PasswordHasher(time_cost=150, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
    db.session.commit()
    return account


def begin_sign_in(app: Flask, pool: ThreadPoolExecutor) -> Future[Any]:
    """Sign in with a new client in a thread; the future gives the response and the client."""
    browser = app.test_client()
    data = browser.forms("/sign-in")[-1]["data"] | {"email": "slow@example.org", "password": PASSWORD}
    return pool.submit(lambda: (browser.post("/sign-in", data=data), browser))


def test_password_check_holds_no_write_lock(app: Flask, slow: Account) -> None:
    other = make_account()
    with ThreadPoolExecutor(1) as pool:
        sign_in = begin_sign_in(app, pool)
        time.sleep(0.3)
        other.name = "Written meanwhile"
        db.session.commit()
        assert not sign_in.done()
        reply, browser = sign_in.result(60)
    assert (reply.status_code, browser.get("/account").status_code) == (303, 200)


def test_account_closed_during_the_password_check_is_not_signed_in(app: Flask, slow: Account) -> None:
    with ThreadPoolExecutor(1) as pool:
        sign_in = begin_sign_in(app, pool)
        time.sleep(0.3)
        slow.state = AccountState.DEACTIVATED
        db.session.commit()
        assert not sign_in.done()
        reply, browser = sign_in.result(60)
    assert (reply.status_code, browser.get("/account").status_code) == (422, 303)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) AppleWebKit/605 Version/17.1 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) CriOS/119 Mobile Safari/604", "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/119 SamsungBrowser/23 Safari/537", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/119.0 Safari/537.36 Edg/119.0", "Edge on Windows"),
        ("curl/8.4.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browser_has_a_readable_name(app: Flask, agent: str, name: str) -> None:
    with app.test_request_context():
        assert describe_browser(agent) == name


def test_sign_out_shows_a_message(client: Any, app: Flask) -> None:
    client.sign_in(make_account().email)
    token = client.forms("/account")[0]["data"]["csrf_token"][0]
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert "You are signed out." in client.get("/").text
