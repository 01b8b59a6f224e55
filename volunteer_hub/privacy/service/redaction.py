"""Redaction of texts by other people: mentions of a full name or an address are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.core.search import sql_fold
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.privacy import rules, subject_queries
from volunteer_hub.privacy.rules import DataClass


def redact(text: str) -> None:
    """Replace a full name or an address in every free text of every table."""
    pattern, changed_requests = rules.compile_mention_pattern(text), set()
    for table, column, row in list(_find_rows(text, pattern)):
        redacted = _redact(row[-1], pattern)
        db.session.execute(sa.update(table).where(_is_row(table, row)).values({column: redacted}))
        if table.name == "partner_request":
            changed_requests.add(row[0])
    note = subject_queries.get_table("audit_note")
    # A changed note would no longer match its hash in the audit log's chain; a deleted one is allowed for.
    matching = [row[0] for row in _candidate_rows(note, "text", text) if pattern.search(row[-1])]
    db.session.execute(sa.delete(note).where(note.c.entry_sequence.in_(matching)))
    requests.reindex(sorted(changed_requests))


def count_mentions(text: str) -> int:
    """Count the texts that mention a name or address, which an erasure would change."""
    return sum(1 for _row in _find_rows(text, rules.compile_mention_pattern(text)))


def _find_rows(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[sa.Table, str, Any]]:
    for table, column in subject_queries.columns_of_classes({DataClass.FREE_TEXT}):
        yield from (
            (table, column, row) for row in _candidate_rows(table, column, text) if _redact(row[-1], pattern) != row[-1]
        )


def _redact(value: Any, pattern: re.Pattern[str]) -> Any:
    """Return a text, or a JSON value with its texts, with each match of the pattern replaced."""
    if isinstance(value, str):
        return pattern.sub(rules.ERASED_TEXT, value)
    if isinstance(value, dict):
        return {name: _redact(item, pattern) for name, item in value.items()}
    return [_redact(item, pattern) for item in value] if isinstance(value, list) else value


def _candidate_rows(table: sa.Table, column: str, text: str) -> list[Any]:
    """Return (primary key…, text) of the rows that may mention `text`.

    JSON is stored with escaped letters, which the database cannot search, so all its rows are read.
    """
    searched = table.c[column]
    if isinstance(searched.type, sa.JSON):
        condition = sa.cast(searched, sa.Text) != "null"
    else:
        condition = sql_fold(searched).contains(rules.search_term(text), autoescape=True)
    return list(db.session.execute(sa.select(*table.primary_key.columns, searched).where(condition)))


def _is_row(table: sa.Table, row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key.columns, row, strict=False)))


def erase_by_email(email: str) -> None:
    """Erase a person where only the email address identifies them.

    That is as a line manager, as a recipient of emails, among bounced addresses and in files to be imported.
    """
    for name in ("volunteer", "release"):
        table = subject_queries.get_table(name)
        values = {
            column: None if table.c[column].nullable else _placeholder(table, column)
            for column in ("manager_name", "manager_email")
        }
        db.session.execute(sa.update(table).where(sa.func.lower(table.c.manager_email) == email).values(values))
    mail = subject_queries.get_table("outbox_mail")
    texts = dict.fromkeys(("recipient_name", "subject", "text", "html", "message_id"), rules.ERASED_TEXT)
    is_recipient = sa.func.lower(mail.c.recipient_email) == email
    db.session.execute(
        sa.update(mail)
        .where(is_recipient)
        .values(
            recipient_email=_placeholder(mail, "recipient_email"), last_error=None, headers=None, calendar=None, **texts
        )
    )
    bounces = subject_queries.get_table("address_bounces")
    db.session.execute(sa.delete(bounces).where(bounces.c.address == email))
    batch = subject_queries.get_table("import_batch")
    mentions_email = sql_fold(batch.c.rows).contains(rules.search_term(email), autoescape=True)
    db.session.execute(sa.update(batch).where(mentions_email).values(rows=None))


def _placeholder(table: sa.Table, column: str) -> Any:
    if not column.endswith("email"):
        return rules.ERASED_TEXT
    return "erased-" + sa.cast(table.primary_key.columns.values()[0], sa.Text) + f"@{rules.ERASED_EMAIL_DOMAIN}"
