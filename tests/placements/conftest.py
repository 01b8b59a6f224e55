"""Signing in, and people around one placement."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role


@pytest.fixture
def as_(client: Any) -> Any:
    """Sign in as an account (anew); gives the browser."""

    def sign_in(account: Account) -> Any:
        client.delete_cookie("volunteer_hub")
        client.sign_in(account.email)
        return client

    return sign_in


@pytest.fixture
def director(app: Any) -> Account:
    """The director for Uganda."""
    return make_account(Role.DIRECTOR, country="UG", email="director.ug@example.org", name="Dora Director")
