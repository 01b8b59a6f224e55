"""The one clock. Only the edge (views, commands, jobs) reads it; everything below gets `now`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import current_app

Clock = Callable[[], dt.datetime]


def system_clock() -> dt.datetime:
    """The machine's time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """The application's present instant, aware, in UTC."""
    clock: Clock = current_app.extensions.get("clock", system_clock)
    return clock()
