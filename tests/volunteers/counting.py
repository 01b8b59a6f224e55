"""Counting the queries of one page, beside the session's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from volunteer_hub.core.db import db


def queries_of(client: Any, path: str) -> list[str]:
    """The SELECTs that a page costs, without the one that knows the session."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return [text for text in seen if text.startswith("SELECT") and "user_session" not in text]
