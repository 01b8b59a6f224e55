"""What a workbook would cost to open, found in its XML before anything is built of it.

A few bytes can claim a sheet of 17 thousand million cells, or name one long text a hundred thousand
times; the reader would take the memory for it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.parsers import expat

from volunteer_hub.core.errors import DomainError

MAX_CELLS = 2_000_000
"""Rows times columns of the smallest rectangle that holds every cell."""

MAX_SHARED_TEXT_LENGTH = 50_000_000
"""Characters of all cells that name a shared text."""

CELL_REFERENCE = re.compile(r"([A-Za-z]{0,3})([0-9]{1,10})")
UNREADABLE_WORKBOOK_MESSAGE = (
    "This workbook cannot be opened. Open it in a spreadsheet, save it as .xlsx again, or save it as CSV."
)
TOO_SPREAD_OUT_MESSAGE = "Some cells stand far away from the others. Copy the list alone into a new workbook."
TOO_LARGE_MESSAGE = "This workbook unpacks to more than 20 MB. Copy the list alone into a new workbook."


class WorkbookScan:
    """The farthest cell, the length of each shared text, and how often each is named, over all parts."""

    def __init__(self) -> None:
        self._row = self._column = 1
        self._lengths: Counter[int] = Counter()
        self._named: Counter[str] = Counter()
        self._shared = -1
        self._in_shared = self._in_value = self._names_shared = False
        self._value = ""

    def scan_part(self, part: bytes) -> None:
        """Look through one XML part. Raises DomainError for a document type, ExpatError for what is no XML."""
        self._shared = -1
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(part, True)

    def check(self) -> None:
        """Raise DomainError when it would cost too much."""
        if self._row * self._column > MAX_CELLS:
            raise DomainError(TOO_SPREAD_OUT_MESSAGE)
        longest = max(self._lengths.values(), default=0)
        named = (
            (self._lengths.get(int(n), 0) if n.isdecimal() else longest) * times for n, times in self._named.items()
        )
        if sum(named) > MAX_SHARED_TEXT_LENGTH:
            raise DomainError(TOO_LARGE_MESSAGE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name in {"c", "row"}:
            self._place(attributes.get("r", "").strip())
            self._names_shared = attributes.get("t") == "s"
        elif name == "si":
            self._shared += 1
            self._in_shared = True
        elif name == "v":
            self._in_value, self._value = self._names_shared, ""

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self._in_shared = False
        elif name == "v" and self._in_value:
            self._in_value = False
            self._named[self._value.strip()[:10]] += 1

    def _text(self, text: str) -> None:
        if self._in_shared:
            self._lengths[self._shared] += len(text)
        elif self._in_value:
            self._value = (self._value + text)[:40]

    def _place(self, place: str) -> None:
        found = CELL_REFERENCE.fullmatch(place)
        if found:
            self._row = max(self._row, int(found[2]))
            self._column = max(self._column, _column(found[1]))

    @staticmethod
    def _refuse(*_declared: Any) -> None:
        raise DomainError(UNREADABLE_WORKBOOK_MESSAGE)


def _column(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
