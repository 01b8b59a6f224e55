"""The storage of counts and the keys by which posts are counted. The throttles of pages: tests/accounts/test_throttles.py."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from limits.storage import storage_from_string

from tests.factories.accounts import make_account
from volunteer_hub.core import throttle
from volunteer_hub.core.db import db
from volunteer_hub.core.throttle import Throttle


def count_rows() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Throttle)) or 0


def test_a_count_ends_with_its_window_and_clears_alone(app: Flask, clock: Any) -> None:
    storage: Any = storage_from_string("database://")
    assert storage.check() is True
    assert (storage.get("a"), storage.get_expiry("a")) == (0, clock().timestamp())
    assert [storage.incr("a", 60), storage.incr("a", 60, 3), storage.incr("b", 60)] == [1, 4, 1]
    assert storage.get_expiry("a") == clock().timestamp() + 60
    storage.clear("a")
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    clock.advance(seconds=60)
    assert storage.get("b") == 0
    assert storage.get_expiry("b") == clock().timestamp()
    assert storage.incr("b", 60) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (None, "unknown"),
        ("", "unknown"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::8000:0:0:1", "2001:db8::/64"),
    ],
)
def test_network_of_a_client(bare_app: Flask, address: str | None, network: str) -> None:
    with bare_app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert throttle.client_network() == network


def test_keys_are_read_from_form_and_path(bare_app: Flask) -> None:
    with bare_app.test_request_context("/release/secret", method="POST", data={"email": f" ANN{'x' * 300}"}):
        assert throttle.form_value("email")() == "ann" + "x" * 251
        assert throttle.form_value("other")() == ""
        assert throttle.path_value("token")() == "secret"
    with bare_app.test_request_context("/no-such-page", method="POST"):
        assert throttle.path_value("token")() == ""


def test_an_empty_value_is_not_counted(client: Any) -> None:
    client.submit("/sign-in", email="", password="x")
    assert count_rows() == 1  # the network


def test_a_sensitive_post_counts_as_an_answer_only_with_one(client: Any) -> None:
    client.sign_in(make_account().email)
    before = count_rows()
    data = client.forms("/account/email")[-1]["data"] | {"email": "x@example.org"}
    client.post("/account/email", data=data)
    without = count_rows()
    client.post("/account/email", data=data | {"identity": "wrong", "form_key": "other"})
    assert (without - before, count_rows() - without) == (2, 1)  # network and address first, then the answer


@pytest.mark.parametrize(("left", "seconds", "minutes"), [(0.2, 1, 1), (60, 60, 1), (61, 61, 2), (120, 120, 2)])
def test_a_refusal_says_how_long_it_lasts(
    client: Any, clock: Any, monkeypatch: pytest.MonkeyPatch, left: float, seconds: int, minutes: int
) -> None:
    monkeypatch.setitem(client.application.config, "LIMIT_SIGN_IN_ACCOUNT", "1 per 15 minutes")
    client.submit("/sign-in", email="ann@example.org", password="x")
    clock.advance(seconds=900 - left)
    reply = client.submit("/sign-in", email="ann@example.org", password="x")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, str(seconds))
    assert f"in {minutes} minute" in reply.text
