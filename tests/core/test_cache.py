"""An expiring cache returns what was stored, as long as it is young and made from the same."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from volunteer_hub.core import cache


@pytest.fixture
def names(bare_app: Flask) -> Iterator[cache.ExpiringCache[str]]:
    with bare_app.app_context():
        yield cache.ExpiringCache("names_of_a_test", seconds=60, max_entries=2)
        cache.clear_all(bare_app)


def test_value_is_found_while_made_from_the_same(names: cache.ExpiringCache[str]) -> None:
    assert names.find(1, "a") is None
    names.store(1, "a", "Asha")
    assert names.find(1, "a") == "Asha"
    assert (names.find(1, "b"), names.find(2, "a")) == (None, None)


def test_value_expires(names: cache.ExpiringCache[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names.store(1, "a", "Asha")
    stored = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: stored + 59.9)
    assert names.find(1, "a") == "Asha"
    monkeypatch.setattr(time, "monotonic", lambda: stored + 60.1)
    assert names.find(1, "a") is None


def test_full_cache_is_emptied_first(names: cache.ExpiringCache[str]) -> None:
    for key in (1, 2, 3):
        names.store(key, "a", f"name {key}")
    assert [names.find(key, "a") for key in (1, 2, 3)] == [None, None, "name 3"]


def test_clear_all_empties_every_cache_but_those_kept(names: cache.ExpiringCache[str], bare_app: Flask) -> None:
    names.store(1, "a", "Asha")
    cache.clear_all(bare_app, keep={"names_of_a_test"})
    assert names.find(1, "a") == "Asha"
    cache.clear_all(bare_app)
    assert names.find(1, "a") is None
