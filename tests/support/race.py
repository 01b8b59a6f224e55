"""Races between threads that start at the same instant, each with an application context of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from volunteer_hub.core.db import db

T = TypeVar("T")


def race(app: Flask, act: Callable[[int], T], *, rivals: int) -> list[T]:
    """Run `act(number)` in each of `rivals` threads at the same instant. Returns the results."""
    gate = threading.Barrier(rivals)

    def run(number: int) -> T:
        with app.app_context():
            gate.wait(30)
            try:
                return act(number)
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(rivals) as pool:
        return list(pool.map(run, range(rivals)))
