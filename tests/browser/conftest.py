"""A browser, a served database, and a mail catcher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.support import browser as browsers
from tests.support.live import LiveServer, serve


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as needing Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One browser for the tests of a module."""
    program = browsers.chromium()
    if program is None:
        message = "no Chromium: install the package chromium"
        pytest.fail(message) if request.config.getoption("--require-all") else pytest.skip(message)
    with browsers.launch_browser(str(program)) as running:
        yield running


@pytest.fixture
def live(shared_app: Flask, database: Any, tmp_path: Path) -> Iterator[LiveServer]:
    """The service over a database of its own, as `make run` serves it."""
    with serve(tmp_path, database, name="browser") as server:
        yield server
