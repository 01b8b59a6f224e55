"""Throttles: counted across processes, with the same responses for known and unknown addresses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits.storage import storage_from_string

from config import Config, TestConfig
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.second_factor import code_of, enable_second_factor
from tests.support.client import strip_request_id
from tests.support.queued_mail import latest_mail_link
from volunteer_hub.app import create_app
from volunteer_hub.core import throttle
from volunteer_hub.core.access import public
from volunteer_hub.core.db import db
from volunteer_hub.core.throttle import Throttle
from volunteer_hub.scheduler import jobs

LIMITS = [name for name in vars(Config) if name.startswith("LIMIT_")]
NEW_PASSWORD = "purple tractor river"


@pytest.fixture(autouse=True)
def real_limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the limits of a production installation."""
    for name in LIMITS:
        monkeypatch.setitem(app.config, name, getattr(Config, name))


def attempt(client: Any, email: str, password: str = "wrong", **environ: Any) -> Any:
    """Submit the sign-in form once."""
    data = client.forms("/sign-in")[-1]["data"] | {"email": email, "password": password}
    return client.post("/sign-in", data=data, environ_overrides=environ)


def shape(reply: Any) -> tuple[int, str]:
    """Return status and page without tokens and the submitted address, for comparison."""
    return reply.status_code, strip_request_id(reply).split("<main")[-1].replace("known@example.org", "").replace(
        "nobody@example.org", ""
    ).split("csrf_token")[0]


def test_eleventh_attempt_is_refused_even_with_the_password(client: Any, clock: Any) -> None:
    person = make_account(email="known@example.org")
    assert [attempt(client, person.email).status_code for _ in range(10)] == [422] * 10
    refused = attempt(client, person.email.upper(), PASSWORD)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "900"
    assert "Try again in 15 minutes" in refused.text
    assert "/forgotten-password" in refused.text
    clock.advance(minutes=15)
    assert attempt(client, person.email, PASSWORD).status_code == 303


def test_known_and_unknown_addresses_get_the_same_responses(client: Any) -> None:
    make_account(email="known@example.org")
    known = [shape(attempt(client, "known@example.org")) for _ in range(11)]
    unknown = [shape(attempt(client, "nobody@example.org")) for _ in range(11)]
    assert known == unknown
    assert known[-1][0] == 429


def test_another_account_is_not_throttled(client: Any) -> None:
    other = make_account()
    for _ in range(11):
        attempt(client, "nobody@example.org")
    assert attempt(client, other.email, PASSWORD).status_code == 303


def test_network_that_tries_many_accounts_is_throttled(client: Any, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "LIMIT_SIGN_IN_NETWORK", "3 per 15 minutes")
    replies = [attempt(client, f"n{number}@example.org", REMOTE_ADDR="192.0.2.1") for number in range(4)]
    assert [reply.status_code for reply in replies] == [422, 422, 422, 429]
    assert attempt(client, "n5@example.org", REMOTE_ADDR="192.0.2.2").status_code == 422


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_ipv6_prefix_counts_as_one_network(app: Flask, one: str, two: str, same: bool) -> None:
    networks = []
    for address in (one, two):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            networks.append(throttle.client_network())
    assert (networks[0] == networks[1]) is same


def test_sign_in_clears_the_count(client: Any, app: Flask) -> None:
    person = make_account()
    for _ in range(9):
        attempt(client, person.email)
    assert attempt(client, person.email, PASSWORD).status_code == 303
    again = app.test_client()
    assert [attempt(again, person.email).status_code for _ in range(10)] == [422] * 10


def test_password_reset_clears_the_count(client: Any) -> None:
    person = make_account()
    for _ in range(11):
        attempt(client, person.email)
    client.submit("/forgotten-password", email=person.email)
    client.submit(latest_mail_link("reset_password"), password=NEW_PASSWORD)
    assert attempt(client, person.email, NEW_PASSWORD).status_code == 303


def test_codes_are_throttled_across_browsers(client: Any, app: Flask, clock: Any) -> None:
    person = make_account()
    secret = enable_second_factor(person)
    other = app.test_client()
    for browser in (client, other):
        attempt(browser, person.email, PASSWORD)
    replies = [
        browser.submit("/sign-in/code", app_code="000000").status_code for _ in range(5) for browser in (client, other)
    ]
    assert replies == [422] * 10
    assert client.submit("/sign-in/code", app_code=code_of(secret)).status_code == 429
    clock.advance(minutes=16)
    attempt(client, person.email, PASSWORD)
    assert client.submit("/sign-in/code", app_code=code_of(secret)).status_code == 303


def test_identity_confirmation_is_throttled_across_pages(client: Any, clock: Any) -> None:
    client.sign_in(make_account().email)
    clock.advance(minutes=16)
    for _ in range(5):
        assert client.submit("/confirm-identity", identity="wrong").status_code == 422
    data = client.forms("/confirm-identity")[-1]["data"] | {"identity": "wrong", "email": "x@example.org"}
    for _ in range(5):
        assert client.post("/account/email", data=data).status_code == 422
    assert client.submit("/confirm-identity", identity=PASSWORD).status_code == 429


@pytest.mark.parametrize("path", ["/forgotten-password", "/register"])
def test_links_to_one_address_are_throttled(client: Any, path: str) -> None:
    replies = [client.submit(path, email="nobody@example.org").status_code for _ in range(6)]
    assert 429 not in replies[:5]
    assert replies[5] == 429


def test_links_for_one_network_are_throttled(client: Any) -> None:
    replies = [client.submit("/forgotten-password", email=f"n{n}@example.org").status_code for n in range(11)]
    assert replies == [303] * 10 + [429]


def test_get_requests_are_not_counted(client: Any) -> None:
    for _ in range(30):
        assert client.get("/sign-in").status_code == 200
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 0


def test_throttle_keys_are_hashed_and_expire(client: Any, clock: Any) -> None:
    attempt(client, "known@example.org", REMOTE_ADDR="192.0.2.1")
    keys = db.session.scalars(sa.select(Throttle.key)).all()
    assert len(keys) == 2
    assert not [key for key in keys if "known" in key or "192" in key]
    assert jobs.purge_throttle_counts(clock()) == 0
    assert jobs.purge_throttle_counts(clock.advance(minutes=15)) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 50)), max_size=30))
def test_database_storage_counts_like_the_librarys(app: Flask, tries: list[tuple[str, int]]) -> None:
    storage = storage_from_string("database://")
    storage.reset()
    model: dict[str, tuple[int, dt.datetime]] = {}
    begun = app.extensions["clock"].instant
    try:
        for key, wait in tries:
            now = app.extensions["clock"].advance(seconds=wait)
            count, until = model.get(key, (0, now))
            model[key] = (count + 1, until) if until > now else (1, now + dt.timedelta(seconds=60))
            assert storage.incr(key, 60) == model[key][0] == storage.get(key)
            assert storage.get_expiry(key) == model[key][1].timestamp()
    finally:
        app.extensions["clock"].instant = begun


def test_forwarded_for_header_counts_only_for_configured_proxies(tmp_path: Any) -> None:
    place = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    for hops, address in ((0, "192.0.2.1"), (1, "203.0.113.9")):
        served = create_app(TestConfig, PROXY_HOPS=hops, **place)
        served.add_url_rule("/network", "network", public(throttle.client_network))
        sent = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        reply = served.test_client().get("/network", headers=sent, environ_base={"REMOTE_ADDR": "192.0.2.1"})
        assert reply.text == address
