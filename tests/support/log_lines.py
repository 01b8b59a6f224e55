"""Captures the log of a block: as the service writes it, and as plain logging would."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from volunteer_hub.core import logs


class CapturedLog:
    """The captured log. `plain` is the control: the same records without the service's pipeline."""

    def __init__(self) -> None:
        self.ours, self.plain = io.StringIO(), io.StringIO()

    @property
    def text(self) -> str:
        """Return the service's log as text."""
        return self.ours.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return the service's log lines, parsed from JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextlib.contextmanager
def capture_logs(*, json_lines: bool = True) -> Iterator[CapturedLog]:
    """Configure logging at every level for the block, and restore it."""
    root, log = logging.getLogger(), CapturedLog()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook, warnings.showwarning
    logs.configure(json_lines=json_lines, stream=log.ours, level=logging.DEBUG)
    control = logging.StreamHandler(log.plain)
    control.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root.addHandler(control)
    try:
        yield log
    finally:
        logging.captureWarnings(False)
        root.handlers[:], root.level, sys.excepthook, threading.excepthook, warnings.showwarning = before
