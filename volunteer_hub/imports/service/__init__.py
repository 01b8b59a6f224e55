"""Checks a file, imports it as a whole, discards it. One verb per function."""

from volunteer_hub.imports.service.batches import apply_import, discard, discard_abandoned, upload
from volunteer_hub.imports.service.dry_run import InvalidRows, examine, parse_file, recheck

__all__ = [
    "InvalidRows",
    "apply_import",
    "discard",
    "discard_abandoned",
    "examine",
    "parse_file",
    "recheck",
    "upload",
]
