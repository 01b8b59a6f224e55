"""Reads accounts for the audit pages."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import search
from volunteer_hub.core.db import db

MAX_ACCOUNTS = 200


def list_account_ids(text: str) -> tuple[int, ...]:
    """Return the ids of up to MAX_ACCOUNTS accounts whose name or address contains the text, the newest first."""
    statement = sa.select(Account.id).where(*search.contains_all_parts(text, Account.name, Account.email))
    return tuple(db.session.scalars(statement.order_by(Account.id.desc()).limit(MAX_ACCOUNTS)))
