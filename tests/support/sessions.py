"""Sessions in a state that takes time to reach."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import PASSWORD
from tests.factories.second_factor import code_of


def stale_session(client: Any, clock: Any, email: str, secret: str) -> None:
    client.submit("/sign-in", email=email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret))
    clock.advance(minutes=30)
