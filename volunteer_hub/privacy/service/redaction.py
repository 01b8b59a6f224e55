"""What other people wrote about somebody: found as a whole name or address, and taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.core.search import folded
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.privacy import rules, subject_queries
from volunteer_hub.privacy.rules import DataClass


def redact(text: str) -> None:
    """Take a full name or an address out of whatever anybody wrote anywhere."""
    pattern, found_again = rules.compile_mention_pattern(text), set()
    for table, column, row in list(_rows(text, pattern)):
        told = _redact(row[-1], pattern)
        db.session.execute(sa.update(table).where(_is(table, row)).values({column: told}))
        if table.name == "partner_request":
            found_again.add(row[0])
    note = subject_queries.get_table("audit_note")
    # A changed note would no longer fit its hash; one that is gone does.
    gone = [row[0] for row in _held(note, "words", text) if pattern.search(row[-1])]
    db.session.execute(sa.delete(note).where(note.c.entry_sequence.in_(gone)))
    requests.index_again(sorted(found_again))


def count_mentions(text: str) -> int:
    """How many texts of anybody hold a name or address: what an erasure would change."""
    return sum(1 for _row in _rows(text, rules.compile_mention_pattern(text)))


def _rows(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[sa.Table, str, Any]]:
    for table, column in subject_queries.columns_of_classes({DataClass.FREE_TEXT}):
        yield from ((table, column, row) for row in _held(table, column, text) if _redact(row[-1], pattern) != row[-1])


def _redact(written: Any, pattern: re.Pattern[str]) -> Any:
    """A text without what the pattern finds, or a JSON value without it in any of its texts."""
    if isinstance(written, str):
        return pattern.sub(rules.ERASED_TEXT, written)
    if isinstance(written, dict):
        return {name: _redact(value, pattern) for name, value in written.items()}
    return [_redact(value, pattern) for value in written] if isinstance(written, list) else written


def _held(table: sa.Table, column: str, text: str) -> list[Any]:
    """(primary key…, text) of the rows that may hold it. JSON escapes letters: the database cannot search it, so all are read."""
    told = table.c[column]
    if isinstance(told.type, sa.JSON):
        found = sa.cast(told, sa.Text) != "null"
    else:
        found = folded(told).contains(rules.search_term(text), autoescape=True)
    return list(db.session.execute(sa.select(*table.primary_key.columns, told).where(found)))


def _is(table: sa.Table, row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key.columns, row, strict=False)))


def erase_by_email(email: str) -> None:
    """Take the person out where only their address ties them: as line manager, in e-mails, in files to be imported."""
    for name in ("volunteer", "release"):
        table = subject_queries.get_table(name)
        empty = {
            one: None if table.c[one].nullable else _nobody(table, one) for one in ("manager_name", "manager_email")
        }
        db.session.execute(sa.update(table).where(sa.func.lower(table.c.manager_email) == email).values(empty))
    mail = subject_queries.get_table("outbox_mail")
    texts = dict.fromkeys(("recipient_name", "subject", "text", "html", "message_id"), rules.ERASED_TEXT)
    to_them = sa.func.lower(mail.c.recipient_email) == email
    db.session.execute(
        sa.update(mail)
        .where(to_them)
        .values(recipient_email=_nobody(mail, "recipient_email"), last_error=None, headers=None, calendar=None, **texts)
    )
    bounces = subject_queries.get_table("address_bounces")
    db.session.execute(sa.delete(bounces).where(bounces.c.address == email))
    batch = subject_queries.get_table("import_batch")
    held = folded(batch.c.rows).contains(rules.search_term(email), autoescape=True)
    db.session.execute(sa.update(batch).where(held).values(rows=None))


def _nobody(table: sa.Table, column: str) -> Any:
    if not column.endswith("email"):
        return rules.ERASED_TEXT
    return "erased-" + sa.cast(table.primary_key.columns.values()[0], sa.Text) + f"@{rules.ERASED_EMAIL_DOMAIN}"
