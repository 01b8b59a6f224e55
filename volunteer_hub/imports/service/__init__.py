"""Checking a file, taking it over as a whole, discarding it. One verb per function."""

from volunteer_hub.imports.service.batches import discard, discard_left_behind, take_over, upload
from volunteer_hub.imports.service.checking import RowsRefused, check_again, examine, open_file

__all__ = [
    "RowsRefused",
    "check_again",
    "discard",
    "discard_left_behind",
    "examine",
    "open_file",
    "take_over",
    "upload",
]
