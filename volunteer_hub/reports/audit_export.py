"""The audit log as a file, with the chain's hashes, so that a third party can verify it."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator

from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.csv_export import csv_lines

COLUMNS = ("sequence", "at", "actor_id", "action", "subject_type", "subject_id", "details", "words", "words_hash",
           "previous_hash", "hash")  # fmt: skip


class ExportFormat(enum.StrEnum):
    """The format of an exported file."""

    CSV = "csv"
    JSONL = "jsonl"


MIMETYPES = {ExportFormat.CSV: "text/csv", ExportFormat.JSONL: "application/x-ndjson"}


def export_lines(entries: Iterable[AuditEntry], format_: ExportFormat) -> Iterator[str]:
    """Yield the file line by line, line ends included."""
    records = map(_fields, entries)
    if format_ is ExportFormat.CSV:
        return csv_lines(COLUMNS, ([record[column] for column in COLUMNS] for record in records))
    return (json.dumps(record) + "\n" for record in records)


def _fields(entry: AuditEntry) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "words": entry.note.text if entry.note else None,
        "words_hash": entry.note_hash,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }
