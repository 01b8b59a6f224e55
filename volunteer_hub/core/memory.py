"""Return freed memory to the operating system."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # not glibc
        return lambda _left: 0


def give_back() -> None:
    """Trim the heap after a large computation: glibc otherwise keeps freed memory for the process.

    Does nothing with another C library.
    """
    _trim()(0)
