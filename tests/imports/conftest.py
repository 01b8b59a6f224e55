"""The viewer who imports."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from volunteer_hub.core.access import Role, Viewer


@pytest.fixture
def actor(app: Flask) -> Viewer:
    return viewer_of(make_account(Role.COORDINATOR, name="Carol"))
