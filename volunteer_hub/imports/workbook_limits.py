"""Estimates what a workbook would cost to open, from its XML, before the reader builds anything.

A few bytes can claim a sheet of 17 thousand million cells, or refer to one long text a hundred thousand times; the
reader would allocate the memory for it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.parsers import expat

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.errors import DomainError

MAX_CELLS = 2_000_000
"""Rows times columns of the bounding rectangle of all cells."""

MAX_SHARED_TEXT_LENGTH = 50_000_000
"""Characters of all cells that refer to a shared text, each reference counted."""

CELL_REFERENCE = re.compile(r"([A-Za-z]{0,3})([0-9]{1,10})")
UNREADABLE_WORKBOOK_MESSAGE = _l(
    "This workbook cannot be opened. Open it in a spreadsheet, save it as .xlsx again, or save it as CSV."
)
TOO_SPREAD_OUT_MESSAGE = _l("Some cells stand far away from the others. Copy the list alone into a new workbook.")
TOO_LARGE_MESSAGE = _l("This workbook unpacks to more than 20 MB. Copy the list alone into a new workbook.")


class WorkbookScan:
    """The bounding rectangle, the length of each shared text, and how often each is referred to, over all parts."""

    def __init__(self) -> None:
        self._row = self._column = 1
        self._lengths: Counter[int] = Counter()
        self._references: Counter[str] = Counter()
        self._shared = -1
        self._in_shared = self._in_value = self._refers_to_shared = False
        self._value = ""

    def scan_part(self, part: bytes) -> None:
        """Scan one XML part. Raises DomainError for a document type, ExpatError for invalid XML."""
        self._shared = -1
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(part, True)

    def check(self) -> None:
        """Raise DomainError when the workbook would cost too much to open."""
        if self._row * self._column > MAX_CELLS:
            raise DomainError(TOO_SPREAD_OUT_MESSAGE, code="workbook_too_spread_out")
        longest = max(self._lengths.values(), default=0)
        lengths = (
            (self._lengths.get(int(n), 0) if n.isdecimal() else longest) * count
            for n, count in self._references.items()
        )
        if sum(lengths) > MAX_SHARED_TEXT_LENGTH:
            raise DomainError(TOO_LARGE_MESSAGE, code="workbook_too_large")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name in {"c", "row"}:
            self._extend_to(attributes.get("r", "").strip())
            self._refers_to_shared = attributes.get("t") == "s"
        elif name == "si":
            self._shared += 1
            self._in_shared = True
        elif name == "v":
            self._in_value, self._value = self._refers_to_shared, ""

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self._in_shared = False
        elif name == "v" and self._in_value:
            self._in_value = False
            self._references[self._value.strip()[:10]] += 1

    def _text(self, text: str) -> None:
        if self._in_shared:
            self._lengths[self._shared] += len(text)
        elif self._in_value:
            self._value = (self._value + text)[:40]

    def _extend_to(self, reference: str) -> None:
        match = CELL_REFERENCE.fullmatch(reference)
        if match:
            self._row = max(self._row, int(match[2]))
            self._column = max(self._column, _column_number(match[1]))

    @staticmethod
    def _refuse(*_declared: Any) -> None:
        raise DomainError(UNREADABLE_WORKBOOK_MESSAGE, code="workbook_unreadable")


def _column_number(letters: str) -> int:
    """Return the number of a column: 1 for `A`, 27 for `AA`."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
