"""Reads Excel workbooks (.xlsx): limits are checked on the zip and its XML first, then calamine reads the cells."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

import python_calamine
from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.workbook_limits import TOO_LARGE_MESSAGE, UNREADABLE_WORKBOOK_MESSAGE, WorkbookScan

MAX_UNPACKED_BYTES = 20 * 1024 * 1024
MAX_PARTS = 500
MIDNIGHT = dt.time()
READER_ERRORS = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, python_calamine.CalamineError, EOFError, KeyError,
    NotImplementedError, OSError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip
"""Exceptions that the readers raise for a broken file."""


def read_rows(content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet as text, from its first row on. Raises DomainError."""
    with _translate_errors():
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_limits(parts)
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if not book.sheet_names:
                raise DomainError(UNREADABLE_WORKBOOK_MESSAGE, code="workbook_unreadable")
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [[cell_text(value) for value in row] for row in rows]


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except python_calamine.PasswordError as error:
        raise DomainError(
            _("This workbook has a password. Save it without one."), code="workbook_has_password"
        ) from error
    except READER_ERRORS as error:
        raise DomainError(UNREADABLE_WORKBOOK_MESSAGE, code="workbook_unreadable") from error
    except BaseException as error:
        # The reader is written in Rust; its panics reach Python as a BaseException of this name.
        if type(error).__name__ == "PanicException":
            raise DomainError(UNREADABLE_WORKBOOK_MESSAGE, code="workbook_unreadable") from error
        raise


def _check_limits(parts: zipfile.ZipFile) -> None:
    """Refuse a workbook that would unpack to too many bytes, or take too much memory when it is opened."""
    entries = parts.infolist()
    if "xl/workbook.xml" not in {entry.filename.lower() for entry in entries}:
        raise DomainError(
            _("This is not an Excel workbook (.xlsx). Save the list as .xlsx or as CSV."), code="not_a_workbook"
        )
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise DomainError(TOO_LARGE_MESSAGE, code="workbook_too_large")
    bytes_left, scan = MAX_UNPACKED_BYTES, WorkbookScan()
    for entry in entries:
        with parts.open(entry) as part:
            data = part.read(bytes_left + 1)  # the sizes in the zip's directory may be false
        bytes_left -= len(data)
        if bytes_left < 0:
            raise DomainError(TOO_LARGE_MESSAGE, code="workbook_too_large")
        if entry.filename.lower().endswith((".xml", ".rels")):
            scan.scan_part(data)
    scan.check()


def cell_text(value: Any) -> str:
    """Return a cell's value as a person would have typed it: `12`, not `12.0`; a date without midnight."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(" ", "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return "" if value is None else str(value)
