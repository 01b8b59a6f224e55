"""The injected clock of the tests, and where it starts."""

from __future__ import annotations

import datetime as dt

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class TestClock:
    """The injected clock: it stands still until a test advances it."""

    __test__ = False

    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> dt.datetime:
        return self.instant

    def advance(self, **span: float) -> dt.datetime:
        """Move forward, as in `advance(days=7)`. Returns the new instant."""
        self.instant += dt.timedelta(**span)
        return self.instant
