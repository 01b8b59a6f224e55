"""Who does the work of a large round: threads, as numpy lets go of Python's lock in its loops. A small one does its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

WORTH_IT = 1_000_000
"""Pairs (volunteers times requests); below, starting threads takes longer than what they save."""


class AtOnce(Executor):
    """Does what is submitted before it says that it has taken it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def workers(number: int, pairs: int) -> Executor:
    """So many threads, if there are pairs enough."""
    return ThreadPoolExecutor(number) if pairs >= WORTH_IT else AtOnce()
