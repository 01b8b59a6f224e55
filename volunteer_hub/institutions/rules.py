"""When a data-sharing agreement counts. Plain values in, value out."""

from __future__ import annotations

import datetime as dt


def in_force(signed_on: dt.date, expires_on: dt.date | None, *, today: dt.date) -> bool:
    """Whether an agreement covers `today`; the last day counts (field.md: the peers' off-by-one)."""
    return signed_on <= today and (expires_on is None or today <= expires_on)
