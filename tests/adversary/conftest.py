"""Fixtures of the adversarial tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from volunteer_hub.core.access import Role
from volunteer_hub.vocabulary import queries as vocabulary


@pytest.fixture(autouse=True)
def _fresh(app: Any) -> Any:
    vocabulary.clear_cache()
    yield
    vocabulary.clear_cache()


@pytest.fixture
def staff(app: Any) -> Any:
    return viewer_of(make_account(Role.ADMIN))
