"""Full-text search with one interface and two back-ends: SQLite FTS5 and PostgreSQL tsvector.

Accents are folded in Python, so that both databases agree without an extension; the stemmers (`porter`, `english`)
handle word endings. A migration creates the tables.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from volunteer_hub.core import plain_text
from volunteer_hub.core.db import db

SQLITE_TABLES = frozenset({"request_search"})
"""Prefixes of virtual tables and their shadow tables, which Alembic's autogenerate ignores."""


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def index(table: str, row_id: int, text: str) -> None:
    """Insert or replace the searchable text of one row."""
    folded = " ".join(plain_text.TERM.findall(plain_text.fold(text)))
    remove(table, row_id)
    if _is_sqlite():
        statement = f"INSERT INTO {table} (rowid, document) VALUES (:id, :text)"  # noqa: S608 -- a constant of ours
    else:
        statement = f"INSERT INTO {table} (id, document) VALUES (:id, to_tsvector('english', :text))"  # noqa: S608
    db.session.execute(sa.text(statement), {"id": row_id, "text": folded})


def remove(table: str, row_id: int) -> None:
    """Remove one row from the index."""
    key = "rowid" if _is_sqlite() else "id"
    db.session.execute(sa.text(f"DELETE FROM {table} WHERE {key} = :id"), {"id": row_id})  # noqa: S608


def search_ids(table: str, query: str) -> sa.TextClause | None:
    """Return a subquery of the ids whose text contains every word of `query`, the last one as a prefix.

    Returns None when the query contains no word.
    """
    terms = plain_text.search_terms(query)
    if not terms:
        return None
    if _is_sqlite():
        expression = " ".join([*(f'"{term}"' for term in terms[:-1]), f'"{terms[-1]}"*'])
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH :search"  # noqa: S608
    else:
        expression = " & ".join([*terms[:-1], f"{terms[-1]}:*"])
        statement = f"SELECT id FROM {table} WHERE document @@ to_tsquery('english', :search)"  # noqa: S608
    return sa.text(statement).bindparams(search=expression)


class sql_fold(sa.sql.functions.GenericFunction[str]):  # noqa: N801 -- reads as an SQL function
    """The SQL counterpart of `plain_text.fold`: lower case without accents, the same on both databases."""

    type = sa.Text()
    inherit_cache = True


def _accents() -> tuple[str, str]:
    """Return Latin letters with an accent, and the letters that `fold` maps them to, in the same order."""
    pairs = [(letter, plain_text.fold(letter)) for letter in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))]
    single = [(letter, plain) for letter, plain in pairs if len(plain) == 1 and plain != letter]
    return "".join(letter for letter, _plain in single), "".join(plain for _letter, plain in single)


ACCENTED, PLAIN = _accents()


@compiles(sql_fold, "sqlite")
def _fold_sqlite(element: sql_fold, compiler: Any, **kw: Any) -> str:
    return f"fold({compiler.process(element.clauses, **kw)})"


@compiles(sql_fold, "postgresql")
def _fold_postgresql(element: sql_fold, compiler: Any, **kw: Any) -> str:
    column = next(iter(element.clauses))
    return str(compiler.process(sa.func.lower(sa.func.translate(column, ACCENTED, PLAIN)), **kw))


def contains_all_parts(text: str, *columns: Any) -> list[sa.ColumnElement[bool]]:
    """Return one condition per part of `text`: at least one column contains it, ignoring case and accents."""
    return [
        sa.or_(*(sql_fold(column).contains(part, autoescape=True) for column in columns))
        for part in plain_text.name_parts(text)
    ]
