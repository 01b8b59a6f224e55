"""From bytes to cells: files as spreadsheets write them, and hostile files."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.workbooks import MAIN, workbook, worksheet_xml, zip_parts
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import file_reader
from volunteer_hub.imports.workbook import cell_text

TEXT = "name,town\r\nZoë,Kraków\r\n"
ROWS = [["name", "town"], ["Zoë", "Kraków"]]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + TEXT.replace(",", "\t").encode("utf-16-be"),
        ("sep=;\r\n" + TEXT.replace(",", ";")).encode("utf-8-sig"),
        TEXT.replace("\r\n", "\n").encode(),
        workbook(ROWS),
    ],
    ids=["utf8", "bom", "semicolon", "excel-unicode-text", "utf16-be", "sep-line", "unix", "xlsx"],
)
def test_every_usual_file_gives_the_same_cells(content: bytes) -> None:
    sheet = file_reader.read_sheet(content)
    assert [list(row) for row in sheet.rows] == ROWS
    assert sheet.notes == ()


def test_windows_1252_is_read_with_a_note() -> None:
    sheet = file_reader.read_sheet("name,town\r\nZoë,St John’s\r\n".encode("cp1252"))
    assert sheet.rows[1] == ["Zoë", "St John’s"]
    assert sheet.notes == (file_reader.ENCODING_GUESSED_NOTE,)


def test_quotes_hold_delimiters_line_breaks_and_quotes() -> None:
    rows = file_reader.read_sheet(b'"name; all",town\r\n"O""Neill, A.","two\nlines"\r\n').rows
    assert rows == [["name; all", "town"], ['O"Neill, A.', "two\nlines"]]


def test_numbers_and_days_of_a_workbook_become_plain_text() -> None:
    rows = file_reader.read_sheet(workbook([["a", "b", "c", "d"], [12.0, 2.5, ("day", 46082), 300]])).rows
    assert rows[1] == ["12", "2.5", "2026-03-01", "300"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (None, ""), (1e20, "1e+20"), (-3.0, "-3"), (0.1, "0.1"), ("x", "x")]
)
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def raw_sheet_xml(body: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


FAR_CELL_SHEET = raw_sheet_xml(
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)
SHARED_TEXT = f'<sst xmlns="{MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>'
REFERRING_SHEET = raw_sheet_xml('<row><c t="s"><v>0</v></c></row>' * 60)
ENTITY_SHEET = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"x" * (file_reader.MAX_FILE_BYTES + 1), "512 KB"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"rest", "old Excel"),
        (b"name\x00,town", "neither a CSV"),
        (b"\xff\xfea", "neither a CSV"),
        (b"name,town\r\n\x81\x8d\xff", "neither a CSV"),
        (b'name,town\r\n"open,1\r\n', "Row 2 cannot be read"),
        (b"name\r\n" + b"x" * 140_000, "Row 2 cannot be read"),
        (b"PK\x03\x04broken", "cannot be opened"),
        (workbook(ROWS)[:-30], "cannot be opened"),
        (zip_parts({"word/document.xml": "<x/>"}), "not an Excel workbook"),
        (zip_parts({"xl/workbook.xml": "<x/>"}), "cannot be opened"),
        (workbook(sheet="<worksheet><sheetData><row>"), "cannot be opened"),
        (workbook(sheet=ENTITY_SHEET), "cannot be opened"),
        (workbook(sheet=worksheet_xml([["x" * 25_000_000]])), "more than 20 MB"),
        (workbook(sheet=FAR_CELL_SHEET), "far away"),
        (workbook(sheet=REFERRING_SHEET, shared=SHARED_TEXT), "more than 20 MB"),
        (zip_parts({"xl/workbook.xml": "<x/>"} | {f"xl/{n}.bin": b"" for n in range(501)}), "more than 20 MB"),
    ],
)
def test_a_broken_or_hostile_file_is_refused_with_a_message(content: bytes, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        file_reader.read_sheet(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe", b"name,email\r\n"):
        with contextlib.suppress(DomainError):
            file_reader.read_sheet(start + content)


@given(st.integers(0, 3_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused(offset: int, damage: bytes) -> None:
    content = bytearray(workbook(ROWS))
    content[offset : offset + len(damage)] = damage
    with contextlib.suppress(DomainError):
        file_reader.read_sheet(bytes(content))


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=20)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    if any("".join(row).strip() for row in rows):
        assert [list(row) for row in file_reader.read_sheet(text.getvalue().encode()).rows] == rows
