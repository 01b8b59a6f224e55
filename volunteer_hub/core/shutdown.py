"""Whether this process was asked to stop: long work looks between two steps, so that a stop takes seconds."""

from __future__ import annotations

import threading

_requested = threading.Event()


def request() -> None:
    """Ask the work of this process to end at its next step."""
    _requested.set()


def is_requested() -> bool:
    """Whether the process is to stop."""
    return _requested.is_set()


def reset() -> None:
    """Withdraw the request; for tests, which share one process."""
    _requested.clear()
