"""Reads a file's bytes into text cells: CSV as spreadsheets write it, and XLSX.

Every defect of a file raises a DomainError that says what to do.
"""

from __future__ import annotations

import codecs
import csv
import io
import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import workbook
from volunteer_hub.imports.rules import Sheet

MAX_FILE_BYTES = 512 * 1024
DELIMITERS = (",", ";", "\t")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
ENCODING_GUESSED_NOTE = _l(
    "The letters were read as Windows-1252. Look at names with accents; if they are wrong, save the file as “CSV UTF-8”."
)
UNREADABLE_FILE_MESSAGE = _l("This file is neither a CSV file nor an Excel workbook (.xlsx). Save it as one of them.")


def read_sheet(content: bytes) -> Sheet:
    """Return the cells of a CSV or XLSX file, told apart by content, not by name. Raises DomainError."""
    if not content.strip():
        raise DomainError(_("The file is empty."), code="file_empty")
    if len(content) > MAX_FILE_BYTES:
        raise DomainError(_("The file is larger than 512 KB. Split it into several."), code="file_too_large")
    if content.startswith(OLD_EXCEL):
        raise DomainError(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one."),
            code="file_old_excel",
        )
    if content.startswith(b"PK\x03\x04"):
        return Sheet(workbook.read_rows(content))
    text, notes = _decode(content)
    return Sheet(_rows(text), notes)


def _decode(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of the file, and a note where its encoding was guessed."""
    try:
        if content.startswith(UTF_16):
            return content.decode("utf-16"), ()
        if b"\x00" in content:
            raise DomainError(UNREADABLE_FILE_MESSAGE, code="file_unreadable")
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return _decode_windows_1252(content)


def _decode_windows_1252(content: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        if content.startswith(UTF_16):
            raise DomainError(UNREADABLE_FILE_MESSAGE, code="file_unreadable")
        return content.decode("cp1252"), (str(ENCODING_GUESSED_NOTE),)
    except UnicodeDecodeError as error:
        raise DomainError(UNREADABLE_FILE_MESSAGE, code="file_unreadable") from error


def _rows(text: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff")
    separator_line = SEPARATOR_LINE.match(text)
    if separator_line:
        text = text[separator_line.end() :]
    delimiter = separator_line[1] if separator_line else _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(lines)
    except csv.Error as error:
        raise DomainError(
            _(
                "Row %(row)s cannot be read: its quotation marks do not match, or a cell is too long.",
                row=len(rows) + 1,
            ),
            code="row_unreadable",
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """Return the most frequent delimiter of the header line, outside quotation marks."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=unquoted.count)
