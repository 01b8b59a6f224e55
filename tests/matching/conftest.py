"""What the outbox holds after a step; an installation with many volunteers."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail


def mails() -> set[tuple[str, str]]:
    """(kind, recipient) of everything in the outbox."""
    return {(mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail))}


@pytest.fixture
def many(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation in which every number of volunteers is many."""
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", 0)
    return app
