"""People around one match."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail


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


def mails() -> set[tuple[str, str]]:
    """(kind, recipient) of everything in the outbox."""
    return {(mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail))}
