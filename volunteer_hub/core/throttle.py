"""How often somebody tried something: one count for all processes, in the database.

Flask-Limiter (the `limits` package) decides; this is its storage (libraries.md, Settled).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from volunteer_hub.core.db import Model


class Throttle(Model):
    """Tries under one key until `expires_at`. The key is a hash: it names nobody."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
