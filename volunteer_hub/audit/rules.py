"""Computation of one link of the chain. Pure."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRST_HASH = "0" * 64


@dataclass(frozen=True)
class Subject:
    """The subject of an entry about a row that has a code instead of an id: the table and a number derived from the code.

    Two codes may map to the same number, so the details of the entry must contain the code.
    """

    __tablename__: str
    id: int

    @classmethod
    def from_code(cls, table: str, code: str) -> Subject:
        """Return the subject for the row `code` of `table`."""
        return cls(table, zlib.crc32(code.encode()) & 0x7FFFFFFF)


def canonical_json(details: Mapping[str, Any]) -> str:
    """Return JSON with a unique text for the same content."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def note_hash(note: str) -> str:
    """Return the hash that represents an erasable note in the chain."""
    return hashlib.sha256(note.encode()).hexdigest()


def link_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """Return the hash of an entry: over the previous entry's hash and its own fields."""
    return hashlib.sha256(f"{previous}\n{canonical_json(fields)}".encode()).hexdigest()
