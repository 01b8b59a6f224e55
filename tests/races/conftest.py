"""The server without guards, for negative controls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.support.live import LiveServer, serve


@pytest.fixture
def server_without_guards(shared_app: Flask, database: Any, tmp_path: Any) -> Iterator[LiveServer]:
    """The service with its guards off: the negative control."""
    with serve(tmp_path, database, name="unguarded", target="tests.support.unguarded:app") as live:
        yield live
