"""What other people wrote about somebody: found as a whole name or address, and taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.core.search import folded
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.privacy import rules, walking
from volunteer_hub.privacy.rules import Treat


def take_out(text: str) -> None:
    """Take a full name or an address out of whatever anybody wrote anywhere."""
    pattern, found_again = rules.traces_of(text), set()
    for table, column, row in list(_rows(text, pattern)):
        told = _redact(row[-1], pattern)
        db.session.execute(sa.update(table).where(_is(table, row)).values({column: told}))
        if table.name == "partner_request":
            found_again.add(row[0])
    note = walking.schema_of("audit_note")
    # A changed note would no longer fit its hash; one that is gone does.
    gone = [row[0] for row in _held(note, "words", text) if pattern.search(row[-1])]
    db.session.execute(sa.delete(note).where(note.c.entry_sequence.in_(gone)))
    requests.index_again(sorted(found_again))


def number_of(text: str) -> int:
    """How many texts of anybody hold a name or address: what an erasure would change."""
    return sum(1 for _row in _rows(text, rules.traces_of(text)))


def _rows(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[sa.Table, str, Any]]:
    for table, column in walking.written({Treat.WORDS}):
        yield from ((table, column, row) for row in _held(table, column, text) if _redact(row[-1], pattern) != row[-1])


def _redact(written: Any, pattern: re.Pattern[str]) -> Any:
    """A text without what the pattern finds, or a JSON value without it in any of its texts."""
    if isinstance(written, str):
        return pattern.sub(rules.UNKNOWN, written)
    if isinstance(written, dict):
        return {name: _redact(value, pattern) for name, value in written.items()}
    return [_redact(value, pattern) for value in written] if isinstance(written, list) else written


def _held(table: sa.Table, column: str, text: str) -> list[Any]:
    """(primary key…, text) of the rows that may hold it. JSON escapes letters: the database cannot search it, so all are read."""
    told = table.c[column]
    if isinstance(told.type, sa.JSON):
        found = sa.cast(told, sa.Text) != "null"
    else:
        found = folded(told).contains(rules.rarest(text), autoescape=True)
    return list(db.session.execute(sa.select(*table.primary_key.columns, told).where(found)))


def _is(table: sa.Table, row: Any) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key.columns, row, strict=False)))


def forget_by_address(email: str) -> None:
    """Take the person out where only their address ties them: as line manager, in e-mails, in files to be imported."""
    for name in ("volunteer", "release"):
        table = walking.schema_of(name)
        empty = {
            one: None if table.c[one].nullable else _nobody(table, one) for one in ("manager_name", "manager_email")
        }
        db.session.execute(sa.update(table).where(sa.func.lower(table.c.manager_email) == email).values(empty))
    mail = walking.schema_of("outbox_mail")
    texts = dict.fromkeys(("recipient_name", "subject", "text", "html", "message_id"), rules.UNKNOWN)
    to_them = sa.func.lower(mail.c.recipient_email) == email
    db.session.execute(
        sa.update(mail)
        .where(to_them)
        .values(recipient_email=_nobody(mail, "recipient_email"), last_error=None, headers=None, calendar=None, **texts)
    )
    bounces = walking.schema_of("address_bounces")
    db.session.execute(sa.delete(bounces).where(bounces.c.address == email))
    batch = walking.schema_of("import_batch")
    held = folded(batch.c.rows).contains(rules.rarest(email), autoescape=True)
    db.session.execute(sa.update(batch).where(held).values(rows=None))


def _nobody(table: sa.Table, column: str) -> Any:
    if not column.endswith("email"):
        return rules.UNKNOWN
    return "erased-" + sa.cast(table.primary_key.columns.values()[0], sa.Text) + f"@{rules.NOWHERE}"
