"""What becomes of the rows of a file. No database, no application."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.test_rules import FACTS, GROUND, PEOPLE, PERSON, PLACE, PLACES, line
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import file_reader, rules
from volunteer_hub.imports.rules import cells
from volunteer_hub.imports.rules.columns import normalise_header
from volunteer_hub.imports.states import ImportKind


def sorted_out(rows: list[dict[str, str]], kind: ImportKind) -> Any:
    lines = [line(row, number) for number, row in enumerate(rows, 2)]
    if kind is PEOPLE:
        return rules.classify_rows(
            (rules.read_volunteer(one, FACTS) for one in lines), existing_keys=FACTS.existing_keys
        )
    return rules.classify_rows(
        (rules.read_institution(one, GROUND) for one in lines), existing_keys=GROUND.existing_keys
    )


def test_rows_are_new_there_already_or_twice() -> None:
    mails = ["new@example.org", "KNOWN@example.org", "New@Example.org", "other@example.org"]
    found = sorted_out([PERSON | {"email": mail} for mail in mails], PEOPLE)
    assert [one.row for one in found.added] == [2, 5]
    assert [one.row for one in found.existing] == [3]
    assert [(one.row, one.column, one.message) for one in found.errors] == [
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
    found = sorted_out(rows, PLACES)
    assert [one.row for one in found.existing] == [2, 3]
    assert [one.row for one in found.added] == [4]
    assert [(one.row, one.column) for one in found.errors] == [(5, "name")]


def test_names_in_other_scripts_stay_apart() -> None:
    rows = [PLACE | {"name": name} for name in ("काठमाडौं अस्पताल", "पोखरा अस्पताल", "Больница", "醫院")]
    assert len(sorted_out(rows, PLACES).added) == 4


@given(
    st.lists(
        st.dictionaries(st.sampled_from([c.name for c in rules.COLUMNS[PEOPLE]]), st.text(max_size=12)), max_size=6
    )
)
def test_any_rows_are_sorted_out_whole(rows: list[dict[str, str]]) -> None:
    found = sorted_out(rows, PEOPLE)
    assert found.row_count == len(rows)


@given(st.text(max_size=30))
def test_any_cell_is_read_or_refused(text: str) -> None:
    for parse in (
        cells.parse_email_address,
        cells.parse_weekly_minutes,
        cells.parse_date,
        cells.parse_time_zone,
        FACTS.skills.get,
    ):
        with contextlib.suppress(DomainError):
            parse(text)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_template_is_a_table_whose_row_is_in_order(kind: ImportKind) -> None:
    table = rules.parse_table(kind, file_reader.read_sheet(rules.csv_template(kind).encode()))
    assert table.columns == tuple(column.name for column in rules.COLUMNS[kind])
    assert len(table.rows) == 1


@pytest.mark.parametrize("kind", list(ImportKind))
def test_no_head_means_two_columns(kind: ImportKind) -> None:
    owners: dict[str, str] = {}
    for column in rules.COLUMNS[kind]:
        for head in (column.name, *column.aliases):
            assert owners.setdefault(normalise_header(head), column.name) == column.name
