"""Matches as they are stored."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.matching.models import Match


def matches() -> list[Match]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Match).order_by(Match.id)))
