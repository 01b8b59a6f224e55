"""Many attempts at one instant: two processes together allow no more than the limit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.http_user import TOKEN, HttpUser, post_at_once
from tests.support.live import serve

pytestmark = pytest.mark.race
RIVALS, LIMIT, BURSTS = 40, 10, 4
"""Several bursts, as one may reach a single process only, where a count per process allows no more than a shared one."""
EMAIL = "known@example.org"


def count_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, database: Any, storage: str) -> int:
    """Post many wrong passwords at once. Returns how many were checked."""
    monkeypatch.setenv("RATELIMIT_STORAGE_URI", storage)
    monkeypatch.setenv("LIMIT_SIGN_IN_ACCOUNT", f"{LIMIT} per 15 minutes")
    with serve(tmp_path, database, name=re.sub(r"\W", "", storage)) as live:
        with live.app.app_context():
            make_account(email=EMAIL)
        person = HttpUser(live.port)
        _status, text, person.cookie = person._send("GET", "/sign-in", None)
        person.token = TOKEN.findall(text)[-1]
        answers = {"email": EMAIL, "password": "not the password"}
        statuses: list[int] = []
        for _ in range(BURSTS):
            statuses += [status for status, _text in post_at_once(person, [("/sign-in", answers)] * RIVALS)]
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
