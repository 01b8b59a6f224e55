"""A stop request for this process. Long-running work polls it between steps, so that a stop takes seconds."""

from __future__ import annotations

import threading

_requested = threading.Event()


def request() -> None:
    """Ask the work in this process to end at its next step."""
    _requested.set()


def is_requested() -> bool:
    """Return whether a stop was requested."""
    return _requested.is_set()


def reset() -> None:
    """Clear the request. For tests, which share one process."""
    _requested.clear()
