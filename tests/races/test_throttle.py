"""Many attempts at one instant: two processes together allow no more than the limit."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.http_user import TOKEN, HttpUser, post_at_once
from tests.support.live import serve, serve_beside

pytestmark = pytest.mark.race
RIVALS, LIMIT = 40, 10
EMAIL = "known@example.org"


def post_wrong_passwords(port: int) -> list[int]:
    """Post many wrong passwords at the same instant. Returns the statuses."""
    person = HttpUser(port)
    _status, text, person.cookie = person._send("GET", "/sign-in", None)
    person.token = TOKEN.findall(text)[-1]
    answers = {"email": EMAIL, "password": "not the password"}
    return [status for status, _text in post_at_once(person, [("/sign-in", answers)] * RIVALS)]


def count_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, database: Any, storage: str) -> int:
    """Post wrong passwords to two processes of one service at once. Returns how many were checked.

    Each process listens on a port of its own: on a shared one the process that is up first may answer all.
    """
    monkeypatch.setenv("RATELIMIT_STORAGE_URI", storage)
    monkeypatch.setenv("LIMIT_SIGN_IN_ACCOUNT", f"{LIMIT} per 15 minutes")
    name = re.sub(r"\W", "", storage)
    with serve(tmp_path, database, name=name, workers=1) as live, serve_beside(live) as other:
        with live.app.app_context():
            make_account(email=EMAIL)
        with ThreadPoolExecutor(2) as pool:
            statuses = list(chain.from_iterable(pool.map(post_wrong_passwords, [live.port, other.port])))
        assert set(statuses) <= {422, 429}, live.log()
        return statuses.count(422)


def test_two_processes_let_ten_of_many_through(
    shared_app: Flask, database: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert count_allowed(monkeypatch, tmp_path, database, "database://") == LIMIT


def test_a_count_in_each_process_lets_more_through(
    shared_app: Flask, database: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert count_allowed(monkeypatch, tmp_path, database, "memory://") > LIMIT
