"""One row about a volunteer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    """What the database knows, as far as the check of volunteers needs it.

    `registers` gives the regulator, the form of its numbers and words for that form, by profession.
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
    """A volunteer as the file describes them, every cell understood."""

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
        """One account an address."""
        return (("email", self.email),)


def read_volunteer(line: ImportRow, reference: VolunteerReference) -> tuple[NewVolunteer | None, list[RowError]]:
    """The volunteer of a row, or what is wrong with it."""
    row = CellReader(line)
    most = volunteer_rules.MAX_LIST_ENTRIES
    name, email = row.require("name", cells.line_parser(120)), row.require("email", cells.parse_email_address)
    profession = row.require("profession", reference.professions.get)
    found = NewVolunteer(
        row=line.number,
        name=name or "",
        email=email or "",
        profession=profession or "",
        registration_number=_registration(row, profession, reference),
        employer_id=row.read("employer", reference.employers.get),
        department=row.read("department", cells.line_parser(120)),
        band=row.read("band", cells.line_parser(40)),
        weekly_minutes=row.read("weekly_hours", cells.parse_weekly_minutes),
        languages=row.read("languages", cells.level_list_parser(reference.languages, _language_level, max_entries=most))
        or (),
        skills=row.read("skills", cells.level_list_parser(reference.skills, _skill_level, max_entries=most)) or (),
        specialties=row.read("specialties", cells.code_list_parser(reference.specialties, max_entries=most)) or (),
        manager=_manager(row, email),
        time_zone=row.read("time_zone", cells.parse_time_zone) or HOME,
    )
    return (None if row.errors else found), row.errors


_skill_level = cells.choice_parser(SKILL_LEVELS, SkillLevel)
_language_level = cells.choice_parser(LANGUAGE_LEVELS, LanguageLevel)


def _registration(row: CellReader, profession: str | None, facts: VolunteerReference) -> str | None:
    number = volunteer_rules.normalise_registration(row.read("registration_number", cells.line_parser(40)))
    if number and profession:
        _regulator, pattern, looks = facts.registers[profession]
        with row.collect_errors("registration_number"):
            _check_number(number, pattern, looks)
    return number


def _check_number(number: str, pattern: str, looks: str) -> None:
    try:
        volunteer_rules.check_registration(number, pattern=pattern, format_hint=looks, sure=False)
    except DomainError as error:
        if error.code == "unusual":
            words = "If it is right all the same, leave the cell empty: the volunteer enters it."
            raise DomainError(f"Check the number. {looks} {words}") from error
        raise


def _manager(row: CellReader, own_email: str | None) -> tuple[str, str] | None:
    name = row.read("manager_name", cells.line_parser(120))
    email = row.read("manager_email", cells.parse_email_address)
    if email and email == own_email:
        row.errors.append(RowError(row.row.number, "manager_email", "This is the volunteer’s own address."))
    given = {column for column in ("manager_name", "manager_email") if row.row.cells.get(column)}
    if len(given) == 1:
        (other,) = {"manager_name", "manager_email"} - given
        row.errors.append(RowError(row.row.number, other, "Give the line manager’s name and address, or neither."))
    return (name, email) if name and email else None
