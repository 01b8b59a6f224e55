"""Names of accounts for lists and histories of the areas below accounts."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from volunteer_hub.core.db import db

ACCOUNT = sa.table("account", sa.column("id", sa.Integer), sa.column("name", sa.Text))
"""Accounts are an area above: only two columns of their table are known here."""


def map_account_names(account_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of these accounts by id, in one query; None and unknown ids are left out."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(ACCOUNT.c.id, ACCOUNT.c.name).where(ACCOUNT.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}
