"""A mail server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.smtp import MailServer


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A real SMTP server to which the application delivers."""
    started = MailServer()
    started.start()
    monkeypatch.setitem(app.config, "SMTP_PORT", started.port)
    yield started
    started.stop()
