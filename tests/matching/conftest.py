"""Shared by tests of several areas: the emails in the outbox, and an app that always ranks in memory."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def app_with_pool(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An app that ranks any number of volunteers in the pool."""
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", 0)
    return app
