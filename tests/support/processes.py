"""Processes and their descendants."""

from __future__ import annotations

import contextlib
from pathlib import Path


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    members = [pid]
    for parent in members:
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                members += [int(child) for child in children.read_text().split()]
    return members
