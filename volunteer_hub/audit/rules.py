"""How one link of the chain is computed. Plain values in, value out."""

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
    """What an act is about where its row has a code and no number: the table and a number made from the code.

    Two codes may share a number, so the act's details name the code.
    """

    __tablename__: str
    id: int

    @classmethod
    def from_code(cls, table: str, code: str) -> Subject:
        """The subject that stands for the row `code` of `table`."""
        return cls(table, zlib.crc32(code.encode()) & 0x7FFFFFFF)


def canonical_json(details: Mapping[str, Any]) -> str:
    """JSON that is the same text for the same content."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def note_hash(words: str) -> str:
    """The hash that stands in the chain for erasable words."""
    return hashlib.sha256(words.encode()).hexdigest()


def link_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """The hash of one entry: over the hash before it and every column of its own."""
    return hashlib.sha256(f"{previous}\n{canonical_json(fields)}".encode()).hexdigest()
