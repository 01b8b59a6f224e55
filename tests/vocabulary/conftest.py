"""Fixtures that clear the cached vocabulary around each test, and sign in a curator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.vocabulary import queries


@pytest.fixture(autouse=True)
def _fresh_cache(app: Flask) -> Iterator[None]:
    queries.clear_cache()
    yield
    queries.clear_cache()


@pytest.fixture
def admin(client: Any) -> Any:
    """Return a client signed in as administrator."""
    client.sign_in(make_account(Role.ADMIN, name="Ada Admin").email)
    return client


@pytest.fixture
def actor() -> Viewer:
    """Return an administrator as the actor."""
    return viewer_of(make_account(Role.ADMIN))
