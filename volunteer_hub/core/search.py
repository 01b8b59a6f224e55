"""Full-text search with one door and two back-ends: SQLite FTS5 and PostgreSQL tsvector.

Accents are folded here, in Python, so that both databases agree without an extension; word endings
are the stemmer's work (`porter`, `english`). The tables are made by a migration.
"""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core import words
from volunteer_hub.core.db import db

SQLITE_TABLES = frozenset({"request_search"})
"""Virtual tables and their shadows begin with these names; migrations' autogenerate leaves them out."""


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def index(table: str, row_id: int, text: str) -> None:
    """Put or replace the searchable text of one row."""
    folded = " ".join(words.TERM.findall(words.fold(text)))
    remove(table, row_id)
    if _is_sqlite():
        statement = f"INSERT INTO {table} (rowid, document) VALUES (:id, :text)"  # noqa: S608 -- a constant of ours
    else:
        statement = f"INSERT INTO {table} (id, document) VALUES (:id, to_tsvector('english', :text))"  # noqa: S608
    db.session.execute(sa.text(statement), {"id": row_id, "text": folded})


def remove(table: str, row_id: int) -> None:
    """Take one row out of the index."""
    key = "rowid" if _is_sqlite() else "id"
    db.session.execute(sa.text(f"DELETE FROM {table} WHERE {key} = :id"), {"id": row_id})  # noqa: S608


def matching_ids(table: str, query: str) -> sa.TextClause | None:
    """A subquery of the ids whose text has every word of `query`, the last one as a beginning.

    None when the query holds no word.
    """
    found = words.terms(query)
    if not found:
        return None
    if _is_sqlite():
        asked = " ".join([*(f'"{term}"' for term in found[:-1]), f'"{found[-1]}"*'])
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH :search"  # noqa: S608
    else:
        asked = " & ".join([*found[:-1], f"{found[-1]}:*"])
        statement = f"SELECT id FROM {table} WHERE document @@ to_tsquery('english', :search)"  # noqa: S608
    return sa.text(statement).bindparams(search=asked)
