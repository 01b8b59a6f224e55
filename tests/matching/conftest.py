"""Shared by tests of several areas: the emails in the outbox, and an app that always ranks in memory."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail


def mails() -> set[tuple[str, str]]:
    """Return (kind, recipient) of every email in the outbox."""
    return {(mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail))}


@pytest.fixture
def app_with_pool(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An app that ranks any number of volunteers in the pool."""
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", 0)
    return app
