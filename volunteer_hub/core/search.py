"""Full-text search with one door and two back-ends: SQLite FTS5 and PostgreSQL tsvector.

Accents are folded here, in Python, so that both databases agree without an extension; word endings
are the stemmer's work (`porter`, `english`). The tables are made by a migration.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from volunteer_hub.core import plain_text
from volunteer_hub.core.db import db

SQLITE_TABLES = frozenset({"request_search"})
"""Virtual tables and their shadows begin with these names; migrations' autogenerate leaves them out."""


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def index(table: str, row_id: int, text: str) -> None:
    """Put or replace the searchable text of one row."""
    folded = " ".join(plain_text.TERM.findall(plain_text.fold(text)))
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


def search_ids(table: str, query: str) -> sa.TextClause | None:
    """A subquery of the ids whose text has every word of `query`, the last one as a beginning.

    None when the query holds no word.
    """
    found = plain_text.search_terms(query)
    if not found:
        return None
    if _is_sqlite():
        asked = " ".join([*(f'"{term}"' for term in found[:-1]), f'"{found[-1]}"*'])
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH :search"  # noqa: S608
    else:
        asked = " & ".join([*found[:-1], f"{found[-1]}:*"])
        statement = f"SELECT id FROM {table} WHERE document @@ to_tsquery('english', :search)"  # noqa: S608
    return sa.text(statement).bindparams(search=asked)


class sql_fold(sa.sql.functions.GenericFunction[str]):  # noqa: N801 -- it is read as a function of SQL
    """A column as `words.fold` writes it: small letters without accents, on both databases alike."""

    type = sa.Text()
    inherit_cache = True


def _accents() -> tuple[str, str]:
    """Latin letters with an accent, and beside each the letter that `fold` makes of it."""
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
    """One condition for each part of what somebody typed: one of the columns holds it, whatever case and accents."""
    return [
        sa.or_(*(sql_fold(column).contains(part, autoescape=True) for column in columns))
        for part in plain_text.name_parts(text)
    ]
