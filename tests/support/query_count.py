"""Counts the queries that a piece of work costs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from volunteer_hub.core.db import db


@contextlib.contextmanager
def record_queries() -> Iterator[list[str]]:
    """Record the SELECTs that the block sends, in order."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def page_queries(client: Any, path: str) -> list[str]:
    """Return the SELECTs that a page costs, without the session lookup."""
    with record_queries() as statements:
        assert client.get(path).status_code == 200
    return [text for text in statements if "user_session" not in text]
