"""`flask account create-admin`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db


def create(app: Flask, email: str) -> tuple[int, str]:
    """Exit code and output for this address."""
    arguments = ["account", "create-admin", "--name", "Ada", "--email", email, "--password", "three random words"]
    found = app.test_cli_runner().invoke(args=arguments)
    return found.exit_code, found.output


@pytest.mark.parametrize("email", ["not-an-email", "ada@", "ada.@example.org"])
def test_address_that_no_server_takes_makes_no_administrator(app: Flask, email: str) -> None:
    assert create(app, email) == (1, "Error: Enter an email address in the correct format, like name@example.org.\n")
    assert db.session.scalars(sa.select(Account)).all() == []


def test_first_administrator(app: Flask) -> None:
    assert create(app, "Ada@Example.org") == (0, "ada@example.org can sign in as administrator.\n")
    assert "already has an account" in create(app, "ada@example.org")[1]
