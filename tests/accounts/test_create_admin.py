"""`flask account create-admin`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db


def create(app: Flask, email: str) -> tuple[int, str]:
    """Run the command for this address and return its exit code and output."""
    arguments = ["account", "create-admin", "--name", "Ada", "--email", email, "--password", "three random words"]
    result = app.test_cli_runner().invoke(args=arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize("email", ["not-an-email", "ada@", "ada.@example.org"])
def test_invalid_address_creates_no_administrator(app: Flask, email: str) -> None:
    assert create(app, email) == (1, "Error: Enter an email address in the correct format, like name@example.org.\n")
    assert db.session.scalars(sa.select(Account)).all() == []


def test_first_administrator_is_created_once(app: Flask) -> None:
    assert create(app, "Ada@Example.org") == (0, "ada@example.org can sign in as administrator.\n")
    assert "already has an account" in create(app, "ada@example.org")[1]
