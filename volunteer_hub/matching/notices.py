"""How long notices about matches stay relevant."""

from __future__ import annotations

import datetime as dt

SEAT_NEWS_PERIOD = dt.timedelta(days=14)
"""How long after a seat became free its notice is still sent."""
