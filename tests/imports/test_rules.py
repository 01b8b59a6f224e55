"""Columns and cells of imported files. No database, no application."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.support.import_files import PEOPLE, PLACES
from tests.support.import_tables import INSTITUTION_REFERENCE, PERSON, PLACE, VOLUNTEER_REFERENCE, import_row
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import rules
from volunteer_hub.imports.rules import NewInstitution, NewVolunteer, Sheet
from volunteer_hub.imports.states import ImportKind
from volunteer_hub.institutions.states import Connectivity, InstitutionKind
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel


def volunteer(**cells: str) -> NewVolunteer:
    volunteer, errors = rules.read_volunteer(import_row(PERSON | cells), VOLUNTEER_REFERENCE)
    assert (volunteer is not None, errors) == (True, [])
    assert volunteer
    return volunteer


def row_errors(of: ImportKind = PEOPLE, /, **cells: str) -> list[tuple[str | None, str]]:
    """Return (column, message) of each error of a row."""
    if of is PEOPLE:
        entity, errors = rules.read_volunteer(import_row(PERSON | cells), VOLUNTEER_REFERENCE)
    else:
        entity, errors = rules.read_institution(import_row(PLACE | cells), INSTITUTION_REFERENCE)  # type: ignore[assignment]
    assert (entity is None) == bool(errors)
    return [(error.column, error.message) for error in errors]


def institution(**cells: str) -> NewInstitution:
    institution, errors = rules.read_institution(import_row(PLACE | cells), INSTITUTION_REFERENCE)
    assert errors == []
    assert institution
    return institution


@pytest.mark.parametrize("header", ["email", "E-Mail Address", " e_mail ", "EMAIL", "e-mail", "E–mail address"])
def test_headers_are_recognised_in_many_spellings(header: str) -> None:
    table = rules.parse_table(PEOPLE, Sheet([["Full name", header, "Profession"], ["Asha", "a@example.org", "hr"]]))
    assert table.rows[0].cells == {"name": "Asha", "email": "a@example.org", "profession": "hr"}


def test_unknown_and_nameless_columns_are_named_and_left_out() -> None:
    sheet = Sheet(
        [["name", "Shoe size", "email", "", "profession"], ["Asha", "38", "a@example.org", "x", "hr"]], ("Guessed",)
    )
    table = rules.parse_table(PEOPLE, sheet)
    assert table.notes == (
        "Guessed",
        "The column “Shoe size” is not known here and is left out.",
        "Column 4 has no name and is left out.",
    )
    assert "Shoe size" not in str(table.rows)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty"),
        ([["", " "]], "empty"),
        ([["name", "email"]], "Missing: profession|no rows"),
        ([["name", "email", "profession"]], "no rows below"),
        ([["name", "profession"], ["A", "hr"]], "Missing: email"),
        ([["name", "email", "E-mail", "profession"], ["A", "b", "c", "hr"]], "Two columns are about “email”"),
        ([["name"] + ["x"] * 60], "61 columns"),
        ([["name", "email", "profession"]] + [["A", "b", "c"]] * 5_001, "5,001 rows"),
        ([["name", "email", "profession"], ["A", "b", "c" * 4_001]], "Row 2 has a cell"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(rows: list[list[str]], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        rules.parse_table(PEOPLE, Sheet(rows))


def test_blank_rows_do_not_count_but_keep_the_numbers_right() -> None:
    rows = [["", ""], ["name", "email", "profession"], [], ["A", "a@example.org", "hr"], ["", ""], ["B"]]
    assert [row.number for row in rules.parse_table(PEOPLE, Sheet(rows)).rows] == [4, 6]


def test_a_row_longer_than_the_header_is_an_error() -> None:
    rows = [["name", "email", "profession"], ["A", "a@example.org", "hr", "", "more"]]
    table = rules.parse_table(PEOPLE, Sheet(rows))
    _volunteer, errors = rules.read_volunteer(table.rows[0], VOLUNTEER_REFERENCE)
    assert "more cells" in errors[0].message


def test_a_table_survives_serialisation() -> None:
    table = rules.parse_table(
        PEOPLE, Sheet([["name", "email", "profession", "x"], ["Zoë", "z@example.org", "hr", "1", "2"]])
    )
    assert rules.deserialise_table(rules.serialise_table(table)) == table


def test_a_full_row_about_a_volunteer() -> None:
    parsed = volunteer(
        email="Asha@Example.org",
        profession="nurse (ADULT)",
        registration_number="12a3456b",
        employer="st george's trust",
        weekly_hours="2,5",
        languages="English:native | fr:B2",
        skills="infection prevention, and control:can teach it;AMR.AMS:independent",
        specialties="General internal medicine\n300",
        manager_name="Morgan  Lead",
        manager_email="M@example.org",
        time_zone="africa/kampala",
    )
    assert parsed == NewVolunteer(
        row=2,
        name="Asha",
        email="asha@example.org",
        profession="nurse_adult",
        registration_number="12A3456B",
        employer_id=6,
        department=None,
        band=None,
        weekly_minutes=150,
        languages=(("en", LanguageLevel.NATIVE), ("fr", LanguageLevel.B2)),
        skills=(("IPC", SkillLevel.TEACHES), ("AMR.AMS", SkillLevel.INDEPENDENT)),
        specialties=("300",),
        manager=("Morgan Lead", "m@example.org"),
        time_zone="Africa/Kampala",
    )


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"name": ""}, "name", "needed"),
        ({"name": "x" * 121}, "name", "120 characters"),
        ({"name": "A\u202eB"}, "name", "hidden control"),
        ({"email": "asha"}, "email", "not an e-mail"),
        ({"profession": "wizard"}, "profession", "no profession “wizard”"),
        ({"profession": "nurse_adult", "registration_number": "1234567"}, "registration_number", "Check the number"),
        ({"profession": "nurse_adult", "registration_number": "none"}, "registration_number", "not a registration"),
        ({"employer": "Nowhere"}, "employer", "no UK employer"),
        ({"employer": "Twin Trust"}, "employer", "use the code"),
        ({"weekly_hours": "1e3"}, "weekly_hours", "quarters"),
        ({"weekly_hours": "0.1"}, "weekly_hours", "quarters"),
        ({"weekly_hours": "41"}, "weekly_hours", "quarters"),
        ({"languages": "en"}, "languages", "no level"),
        ({"languages": "en:z9"}, "languages", "none of: a1"),
        ({"languages": "en:c1|English:b1"}, "languages", "twice"),
        ({"skills": "Juggling:teaches"}, "skills", "no skill “Juggling”"),
        ({"specialties": "999"}, "specialties", "no specialty"),
        ({"manager_name": "Morgan"}, "manager_email", "or neither"),
        ({"manager_name": "Me", "manager_email": "asha@example.org"}, "manager_email", "own address"),
        ({"time_zone": "Mars/Base"}, "time_zone", "no time zone"),
    ],
)
def test_a_wrong_cell_is_named_with_its_column(cells: dict[str, str], column: str, message: str) -> None:
    errors = row_errors(**cells)
    assert [name for name, _message in errors] == [column]
    assert message in errors[0][1]


def test_every_error_of_a_row_is_reported() -> None:
    assert {column for column, _m in row_errors(name="", email="x", profession="y", weekly_hours="z")} == {
        "name",
        "email",
        "profession",
        "weekly_hours",
    }


def test_an_institution_gets_the_defaults_of_its_country() -> None:
    parsed = institution(country="Cote d'Ivoire", languages="")
    assert (parsed.country, parsed.time_zone, parsed.languages) == ("CI", "Africa/Abidjan", "fr")
    assert (parsed.connectivity, parsed.agreement, parsed.code) == (Connectivity.GOOD, None, None)


def test_a_full_row_about_an_institution() -> None:
    parsed = institution(
        kind="Overseas partner",
        code="ab-1",
        languages="fr|English",
        connectivity="LOW",
        agreement_reference="DSA 7",
        agreement_signed_on="1/3/2026",
        agreement_expires_on="2026-03-01",
    )
    assert (parsed.kind, parsed.code, parsed.languages) == (InstitutionKind.OVERSEAS, "AB-1", "fr|en")
    assert parsed.agreement == ("DSA 7", dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    assert parsed.keys == (("code", "AB-1"), ("name", "UG hilltop"))


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"kind": "shop"}, "kind", "none of: nhs"),
        ({"country": "Atlantis"}, "country", "no country"),
        ({"country": "GB"}, "country", "not in the United Kingdom"),
        ({"kind": "nhs"}, "country", "is in the United Kingdom"),
        ({"town": ""}, "town", "needs its town"),
        ({"code": "A B"}, "code", "letters and digits"),
        ({"agreement_signed_on": "2026-01-01"}, "agreement_reference", "needs its reference"),
        ({"agreement_reference": "D"}, "agreement_signed_on", "needs its reference"),
        ({"agreement_reference": "D", "agreement_signed_on": "2026-11-21"}, "agreement_signed_on", "future"),
        ({"agreement_reference": "D", "agreement_signed_on": "31/2/2026"}, "agreement_signed_on", "real date"),
        (
            {"agreement_reference": "D", "agreement_signed_on": "2026-02-02", "agreement_expires_on": "2026-02-01"},
            "agreement_expires_on",
            "before it was signed",
        ),
        (
            {"kind": "uk_other", "country": "GB", "agreement_reference": "D", "agreement_signed_on": "2026-01-01"},
            "agreement_reference",
            "Only an overseas partner",
        ),
    ],
)
def test_a_wrong_institution_is_refused(cells: dict[str, str], column: str, message: str) -> None:
    errors = row_errors(PLACES, **cells)
    assert column in {name for name, _message in errors}
    assert message in " ".join(message for _column, message in errors)
