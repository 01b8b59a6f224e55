"""Rows of import files, and the reference data to which they refer."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.imports import rules
from volunteer_hub.imports.rules import Lookup

TODAY = dt.date(2026, 11, 20)


VOLUNTEER_REFERENCE = rules.VolunteerReference(
    professions=Lookup("profession", [("nurse_adult", "nurse_adult"), ("Nurse (adult)", "nurse_adult"), ("hr", "hr")]),
    registers={"nurse_adult": ("NMC", "^[0-9]{2}[A-Z][0-9]{4}[A-Z]$", "Like 12A3456B."), "hr": ("none", "", "")},
    employers=Lookup("UK employer", [("7A1", 5), ("St George’s Trust", 6), ("Twin Trust", 7), ("Twin Trust", 8)]),
    skills=Lookup("skill", [("IPC", "IPC"), ("Infection prevention, and control", "IPC"), ("AMR.AMS", "AMR.AMS")]),
    specialties=Lookup("specialty", [("300", "300"), ("General Internal Medicine", "300")]),
    languages=Lookup("language", [("en", "en"), ("English", "en"), ("fr", "fr")]),
    existing_keys=frozenset({("email", "known@example.org")}),
)


INSTITUTION_REFERENCE = rules.InstitutionReference(
    countries=Lookup("country", [("UG", "UG"), ("Uganda", "UG"), ("GB", "GB"), ("CI", "CI"), ("Côte d’Ivoire", "CI")]),
    country_defaults={"UG": ("Africa/Kampala", "en|sw"), "GB": ("Europe/London", "en"), "CI": ("Africa/Abidjan", "fr")},
    languages=VOLUNTEER_REFERENCE.languages,
    existing_keys=frozenset({("code", "7A1"), ("name", "UG lakeside hospital")}),
    today=TODAY,
)


PERSON = {"name": "Asha", "email": "asha@example.org", "profession": "hr"}


PLACE = {"name": "Hilltop", "kind": "overseas", "country": "UG", "town": "Jinja"}


def import_row(cells: dict[str, str], number: int = 2) -> rules.ImportRow:
    return rules.ImportRow(number, {name: cell for name, cell in cells.items() if cell})
