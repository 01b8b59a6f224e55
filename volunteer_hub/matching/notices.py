"""How long news about a match stays news."""

from __future__ import annotations

import datetime as dt

SEAT_NEWS_PERIOD = dt.timedelta(days=14)
"""For how long it is news that a seat is free."""
