"""The log of a block: as the service writes it, and beside it as plain logging would."""

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
    """What was written. `plain` is the control: the same records without our pipeline."""

    def __init__(self) -> None:
        self.ours, self.plain = io.StringIO(), io.StringIO()

    @property
    def text(self) -> str:
        """All lines of ours."""
        return self.ours.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line as the object that it is."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextlib.contextmanager
def capture_logs(*, json_lines: bool = True) -> Iterator[CapturedLog]:
    """Configure logs for the block, every level, and put everything back."""
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
