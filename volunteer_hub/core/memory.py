"""Memory that is free goes back to the system."""

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
    """After something big: glibc keeps what is freed for the process, which then stays as large as it ever was.

    Where the C library is another one, nothing happens.
    """
    _trim()(0)
