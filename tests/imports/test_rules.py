"""Columns and cells. No database, no application."""

from __future__ import annotations

import datetime as dt

import pytest

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import rules
from volunteer_hub.imports.rules import Lookup, NewInstitution, NewVolunteer, Sheet
from volunteer_hub.imports.states import ImportKind
from volunteer_hub.institutions.states import Connectivity, InstitutionKind
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

PEOPLE, PLACES = ImportKind.VOLUNTEERS, ImportKind.INSTITUTIONS
TODAY = dt.date(2026, 11, 20)
FACTS = rules.VolunteerReference(
    professions=Lookup("profession", [("nurse_adult", "nurse_adult"), ("Nurse (adult)", "nurse_adult"), ("hr", "hr")]),
    registers={"nurse_adult": ("NMC", "^[0-9]{2}[A-Z][0-9]{4}[A-Z]$", "Like 12A3456B."), "hr": ("none", "", "")},
    employers=Lookup("UK employer", [("7A1", 5), ("St George’s Trust", 6), ("Twin Trust", 7), ("Twin Trust", 8)]),
    skills=Lookup("skill", [("IPC", "IPC"), ("Infection prevention, and control", "IPC"), ("AMR.AMS", "AMR.AMS")]),
    specialties=Lookup("specialty", [("300", "300"), ("General Internal Medicine", "300")]),
    languages=Lookup("language", [("en", "en"), ("English", "en"), ("fr", "fr")]),
    existing_keys=frozenset({("email", "known@example.org")}),
)
GROUND = rules.InstitutionReference(
    countries=Lookup("country", [("UG", "UG"), ("Uganda", "UG"), ("GB", "GB"), ("CI", "CI"), ("Côte d’Ivoire", "CI")]),
    country_defaults={"UG": ("Africa/Kampala", "en|sw"), "GB": ("Europe/London", "en"), "CI": ("Africa/Abidjan", "fr")},
    languages=FACTS.languages,
    existing_keys=frozenset({("code", "7A1"), ("name", "UG lakeside hospital")}),
    today=TODAY,
)
PERSON = {"name": "Asha", "email": "asha@example.org", "profession": "hr"}
PLACE = {"name": "Hilltop", "kind": "overseas", "country": "UG", "town": "Jinja"}


def line(cells_of_it: dict[str, str], row: int = 2) -> rules.ImportRow:
    return rules.ImportRow(row, {name: cell for name, cell in cells_of_it.items() if cell})


def volunteer(**given: str) -> NewVolunteer:
    found, errors = rules.read_volunteer(line(PERSON | given), FACTS)
    assert (found is not None, errors) == (True, [])
    assert found
    return found


def wrong(of: ImportKind = PEOPLE, /, **given: str) -> list[tuple[str | None, str]]:
    """The columns and words of the errors of a row."""
    if of is PEOPLE:
        found, errors = rules.read_volunteer(line(PERSON | given), FACTS)
    else:
        found, errors = rules.read_institution(line(PLACE | given), GROUND)  # type: ignore[assignment]
    assert (found is None) == bool(errors)
    return [(error.column, error.message) for error in errors]


def institution(**given: str) -> NewInstitution:
    found, errors = rules.read_institution(line(PLACE | given), GROUND)
    assert errors == []
    assert found
    return found


@pytest.mark.parametrize("head", ["email", "E-Mail Address", " e_mail ", "EMAIL", "e-mail", "E–mail address"])
def test_heads_are_understood_in_many_ways(head: str) -> None:
    table = rules.parse_table(PEOPLE, Sheet([["Full name", head, "Profession"], ["Asha", "a@example.org", "hr"]]))
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
    ("rows", "words"),
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
def test_a_table_that_cannot_be_used_is_refused(rows: list[list[str]], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        rules.parse_table(PEOPLE, Sheet(rows))


def test_blank_rows_do_not_count_but_keep_the_numbers_right() -> None:
    rows = [["", ""], ["name", "email", "profession"], [], ["A", "a@example.org", "hr"], ["", ""], ["B"]]
    assert [one.number for one in rules.parse_table(PEOPLE, Sheet(rows)).rows] == [4, 6]


def test_a_row_longer_than_the_head_is_an_error() -> None:
    rows = [["name", "email", "profession"], ["A", "a@example.org", "hr", "", "more"]]
    table = rules.parse_table(PEOPLE, Sheet(rows))
    _found, errors = rules.read_volunteer(table.rows[0], FACTS)
    assert "more cells" in errors[0].message


def test_a_table_survives_being_packed() -> None:
    table = rules.parse_table(
        PEOPLE, Sheet([["name", "email", "profession", "x"], ["Zoë", "z@example.org", "hr", "1", "2"]])
    )
    assert rules.deserialise_table(rules.serialise_table(table)) == table


def test_a_full_row_about_a_volunteer() -> None:
    found = volunteer(
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
    assert found == NewVolunteer(
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
    ("given", "column", "words"),
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
def test_a_wrong_cell_is_named_with_its_column(given: dict[str, str], column: str, words: str) -> None:
    errors = wrong(**given)
    assert [one for one, _message in errors] == [column]
    assert words in errors[0][1]


def test_one_look_shows_every_error_of_a_row() -> None:
    assert {column for column, _m in wrong(name="", email="x", profession="y", weekly_hours="z")} == {
        "name",
        "email",
        "profession",
        "weekly_hours",
    }


def test_an_institution_gets_what_is_usual_in_its_country() -> None:
    found = institution(country="Cote d'Ivoire", languages="")
    assert (found.country, found.time_zone, found.languages) == ("CI", "Africa/Abidjan", "fr")
    assert (found.connectivity, found.agreement, found.code) == (Connectivity.GOOD, None, None)


def test_a_full_row_about_an_institution() -> None:
    found = institution(
        kind="Overseas partner",
        code="ab-1",
        languages="fr|English",
        connectivity="LOW",
        agreement_reference="DSA 7",
        agreement_signed_on="1/3/2026",
        agreement_expires_on="2026-03-01",
    )
    assert (found.kind, found.code, found.languages) == (InstitutionKind.OVERSEAS, "AB-1", "fr|en")
    assert found.agreement == ("DSA 7", dt.date(2026, 3, 1), dt.date(2026, 3, 1))
    assert found.keys == (("code", "AB-1"), ("name", "UG hilltop"))


@pytest.mark.parametrize(
    ("given", "column", "words"),
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
def test_a_wrong_institution_is_refused(given: dict[str, str], column: str, words: str) -> None:
    errors = wrong(PLACES, **given)
    assert column in {one for one, _message in errors}
    assert words in " ".join(message for _column, message in errors)
