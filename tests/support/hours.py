"""Entries of hours as they are stored."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.hours.models import HoursEntry


def entries() -> list[HoursEntry]:
    """Return all entries, reloaded."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(HoursEntry).order_by(HoursEntry.id)))
