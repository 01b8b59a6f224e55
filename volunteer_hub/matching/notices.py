"""TODO say what this module is."""

from __future__ import annotations

import datetime as dt

SEAT_NEWS = dt.timedelta(days=14)
"""For how long it is news that a seat is free."""
