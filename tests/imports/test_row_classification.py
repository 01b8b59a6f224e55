"""How the rows of a file are sorted into new, existing and invalid ones. No database, no application."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.import_files import PEOPLE, PLACES
from tests.support.import_tables import INSTITUTION_REFERENCE, PERSON, PLACE, VOLUNTEER_REFERENCE, import_row
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import file_reader, rules
from volunteer_hub.imports.rules import cells
from volunteer_hub.imports.rules.columns import normalise_header
from volunteer_hub.imports.states import ImportKind


def classify(rows: list[dict[str, str]], kind: ImportKind) -> Any:
    import_rows = [import_row(row, number) for number, row in enumerate(rows, 2)]
    if kind is PEOPLE:
        return rules.classify_rows(
            (rules.read_volunteer(row, VOLUNTEER_REFERENCE) for row in import_rows),
            existing_keys=VOLUNTEER_REFERENCE.existing_keys,
        )
    return rules.classify_rows(
        (rules.read_institution(row, INSTITUTION_REFERENCE) for row in import_rows),
        existing_keys=INSTITUTION_REFERENCE.existing_keys,
    )


def test_rows_are_new_existing_or_duplicates() -> None:
    mails = ["new@example.org", "KNOWN@example.org", "New@Example.org", "other@example.org"]
    outcome = classify([PERSON | {"email": mail} for mail in mails], PEOPLE)
    assert [item.row for item in outcome.added] == [2, 5]
    assert [item.row for item in outcome.existing] == [3]
    assert [(error.row, error.column, error.message) for error in outcome.errors] == [
        (4, "email", "The same stands in row 2 already.")
    ]


def test_an_institution_is_known_by_its_code_or_its_name() -> None:
    uk = {"kind": "nhs", "country": "GB", "town": ""}
    rows = [
        PLACE | uk | {"name": "Another name", "code": "7a1"},
        PLACE | {"name": "Lakeside  HOSPITAL", "code": "NEW1"},
        PLACE | {"name": "Lakeside Hospital", "country": "CI"},
        PLACE | {"name": "Lakeside-hospital", "country": "CI"},
    ]
    outcome = classify(rows, PLACES)
    assert [item.row for item in outcome.existing] == [2, 3]
    assert [item.row for item in outcome.added] == [4]
    assert [(error.row, error.column) for error in outcome.errors] == [(5, "name")]


def test_names_in_other_scripts_stay_apart() -> None:
    rows = [PLACE | {"name": name} for name in ("काठमाडौं अस्पताल", "पोखरा अस्पताल", "Больница", "醫院")]
    assert len(classify(rows, PLACES).added) == 4


@given(
    st.lists(
        st.dictionaries(st.sampled_from([c.name for c in rules.COLUMNS[PEOPLE]]), st.text(max_size=12)), max_size=6
    )
)
def test_every_row_is_classified(rows: list[dict[str, str]]) -> None:
    outcome = classify(rows, PEOPLE)
    assert outcome.row_count == len(rows)


@given(st.text(max_size=30))
def test_any_cell_is_read_or_refused(text: str) -> None:
    for parse in (
        cells.parse_email_address,
        cells.parse_weekly_minutes,
        cells.parse_date,
        cells.parse_time_zone,
        VOLUNTEER_REFERENCE.skills.get,
    ):
        with contextlib.suppress(DomainError):
            parse(text)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_template_is_a_table_with_a_valid_row(kind: ImportKind) -> None:
    table = rules.parse_table(kind, file_reader.read_sheet(rules.csv_template(kind).encode()))
    assert table.columns == tuple(column.name for column in rules.COLUMNS[kind])
    assert len(table.rows) == 1


@pytest.mark.parametrize("kind", list(ImportKind))
def test_no_header_names_two_columns(kind: ImportKind) -> None:
    owners: dict[str, str] = {}
    for column in rules.COLUMNS[kind]:
        for header in (column.name, *column.aliases):
            assert owners.setdefault(normalise_header(header), column.name) == column.name
