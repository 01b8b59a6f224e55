"""The audit trail as a file: lines with the chain's hashes, so that somebody else can check them."""

from __future__ import annotations

import csv
import enum
import io
import json
from collections.abc import Iterable, Iterator

from volunteer_hub.audit.models import AuditEntry

COLUMNS = ("sequence", "at", "actor_id", "action", "subject_type", "subject_id", "details", "words", "words_hash",
           "previous_hash", "hash")  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(enum.StrEnum):
    """What a file looks like."""

    CSV = "csv"
    JSONL = "jsonl"


MIMETYPES = {Format.CSV: "text/csv", Format.JSONL: "application/x-ndjson"}


def lines(entries: Iterable[AuditEntry], format_: Format) -> Iterator[str]:
    """The file, line by line."""
    if format_ is Format.CSV:
        yield _csv_line(COLUMNS)
    for entry in entries:
        fields = _fields(entry)
        yield json.dumps(fields) + "\n" if format_ is Format.JSONL else _csv_line(_cell(fields[one]) for one in COLUMNS)


def _fields(entry: AuditEntry) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "words": entry.note.words if entry.note else None,
        "words_hash": entry.words_hash,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(cells)
    return file.getvalue()
