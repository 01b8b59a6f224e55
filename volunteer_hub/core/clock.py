"""The only clock. Views, commands and jobs read it; everything below them takes `now` as an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import current_app

from volunteer_hub.core import times

Clock = Callable[[], dt.datetime]


def system_clock() -> dt.datetime:
    """Return the machine's time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """Return the current instant of the application's clock, aware, in UTC. Tests inject the clock."""
    clock: Clock = current_app.extensions.get("clock", system_clock)
    return clock()


def today_for(zone_name: str = "UTC") -> dt.date:
    """Return the calendar day in that zone. Readiness, agreements and deadlines count in UTC, what a person typed in their zone."""
    return times.local_day(now(), zone_name)
