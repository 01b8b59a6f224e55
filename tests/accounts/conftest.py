"""Accounts with and without a second factor."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.second_factor import enable_second_factor
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role


@pytest.fixture
def person(app: Flask) -> Account:
    """Return a volunteer without a second factor."""
    return make_account(Role.VOLUNTEER, email="ann@example.org")


@pytest.fixture
def secret(person: Account) -> str:
    """Give the person a second factor and return its secret."""
    return enable_second_factor(person)
