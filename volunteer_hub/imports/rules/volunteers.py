"""One row about a volunteer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules import cells
from volunteer_hub.imports.rules.cells import CellReader
from volunteer_hub.imports.rules.lookup import Lookup
from volunteer_hub.imports.rules.outcome import RowError
from volunteer_hub.imports.rules.table import ImportRow
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers import rules as volunteer_rules

HOME = "Europe/London"
PROFESSION_SYNONYMS = {
    "nurse": "nurse_adult",
    "adult nurse": "nurse_adult",
    "registered nurse": "nurse_adult",
    "children's nurse": "nurse_child",
    "paediatric nurse": "nurse_child",
    "mental health nurse": "nurse_mental_health",
    "learning disability nurse": "nurse_learning_disability",
    "medical doctor": "doctor",
    "physician": "doctor",
    "consultant": "doctor",
    "gp": "doctor_gp",
    "ahp physiotherapist": "physiotherapist",
    "physio": "physiotherapist",
    "ot": "occupational_therapist",
    "slt": "speech_language_therapist",
    "speech therapist": "speech_language_therapist",
    "chiropodist": "podiatrist",
    "podiatrist": "podiatrist",
    "dietician": "dietitian",
    "odp": "operating_department_practitioner",
    "health visitor": "health_visitor",
    "school nurse": "health_visitor",
    "psychologist": "practitioner_psychologist",
    "radiographer": "radiographer_diagnostic",
    "administrator": "manager",
    "librarian": "educator",
}
SKILL_LEVELS = {
    "with support": SkillLevel.SUPPORTED,
    "independently": SkillLevel.INDEPENDENT,
    "can teach it": SkillLevel.TEACHES,
    "teach": SkillLevel.TEACHES,
}
LANGUAGE_LEVELS = {"mother tongue": LanguageLevel.NATIVE, "first language": LanguageLevel.NATIVE}


@dataclass(frozen=True)
class VolunteerReference:
    """Reference data from the database.

    `registers` gives (regulator, pattern of its numbers, description of the pattern) by profession.
    """

    professions: Lookup[str]
    registers: Mapping[str, tuple[str, str, str]]
    employers: Lookup[int]
    skills: Lookup[str]
    specialties: Lookup[str]
    languages: Lookup[str]
    existing_keys: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class NewVolunteer:
    """A volunteer as the file describes them, every cell parsed."""

    row: int
    name: str
    email: str
    profession: str
    registration_number: str | None
    employer_id: int | None
    department: str | None
    band: str | None
    weekly_minutes: int | None
    languages: tuple[tuple[str, LanguageLevel], ...]
    skills: tuple[tuple[str, SkillLevel], ...]
    specialties: tuple[str, ...]
    manager: tuple[str, str] | None
    time_zone: str

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the address, which is unique among accounts."""
        return (("email", self.email),)


def read_volunteer(row: ImportRow, reference: VolunteerReference) -> tuple[NewVolunteer | None, list[RowError]]:
    """Return (volunteer, errors) of a reader; the volunteer is None where there are errors."""
    reader = CellReader(row)
    max_entries = volunteer_rules.MAX_LIST_ENTRIES
    name, email = reader.require("name", cells.line_parser(120)), reader.require("email", cells.parse_email_address)
    profession = reader.require("profession", reference.professions.get)
    volunteer = NewVolunteer(
        row=row.number,
        name=name or "",
        email=email or "",
        profession=profession or "",
        registration_number=_registration(reader, profession, reference),
        employer_id=reader.read("employer", reference.employers.get),
        department=reader.read("department", cells.line_parser(120)),
        band=reader.read("band", cells.line_parser(40)),
        weekly_minutes=reader.read("weekly_hours", cells.parse_weekly_minutes),
        languages=reader.read(
            "languages", cells.level_list_parser(reference.languages, _language_level, max_entries=max_entries)
        )
        or (),
        skills=reader.read("skills", cells.level_list_parser(reference.skills, _skill_level, max_entries=max_entries))
        or (),
        specialties=reader.read("specialties", cells.code_list_parser(reference.specialties, max_entries=max_entries))
        or (),
        manager=_manager(reader, email),
        time_zone=reader.read("time_zone", cells.parse_time_zone) or HOME,
    )
    return (None if reader.errors else volunteer), reader.errors


_skill_level = cells.choice_parser(SKILL_LEVELS, SkillLevel)
_language_level = cells.choice_parser(LANGUAGE_LEVELS, LanguageLevel)


def _registration(reader: CellReader, profession: str | None, facts: VolunteerReference) -> str | None:
    number = volunteer_rules.normalise_registration(reader.read("registration_number", cells.line_parser(40)))
    if number and profession:
        _regulator, pattern, description = facts.registers[profession]
        with reader.collect_errors("registration_number"):
            _check_number(number, pattern, description)
    return number


def _check_number(number: str, pattern: str, description: str) -> None:
    try:
        volunteer_rules.check_registration(number, pattern=pattern, format_hint=description, sure=False)
    except DomainError as error:
        if error.code == "unusual_registration_number":
            raise DomainError(
                _(
                    "Check the number. %(format)s If it is right all the same, leave the cell empty: the volunteer enters it.",
                    format=description,
                ),
                code="unusual_registration_number",
            ) from error
        raise


def _manager(reader: CellReader, own_email: str | None) -> tuple[str, str] | None:
    name = reader.read("manager_name", cells.line_parser(120))
    email = reader.read("manager_email", cells.parse_email_address)
    if email and email == own_email:
        reader.errors.append(RowError(reader.row.number, "manager_email", _("This is the volunteer’s own address.")))
    filled = {column for column in ("manager_name", "manager_email") if reader.row.cells.get(column)}
    if len(filled) == 1:
        (other,) = {"manager_name", "manager_email"} - filled
        reader.errors.append(
            RowError(reader.row.number, other, _("Give the line manager’s name and address, or neither."))
        )
    return (name, email) if name and email else None
