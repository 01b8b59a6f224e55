"""How one link of the chain is computed. Plain values in, value out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIRST_HASH = "0" * 64


def canonical(details: Mapping[str, Any]) -> str:
    """JSON that is the same text for the same content."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def words_hash(words: str) -> str:
    """The hash that stands in the chain for erasable words."""
    return hashlib.sha256(words.encode()).hexdigest()


def link_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """The hash of one entry: over the hash before it and every column of its own."""
    return hashlib.sha256(f"{previous}\n{canonical(fields)}".encode()).hexdigest()
