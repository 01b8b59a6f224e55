"""What a profile still needs, when a check counts, when a volunteer is ready. Plain values in, value out."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from volunteer_hub.core.errors import DomainError
from volunteer_hub.vocabulary.rules import is_valid_registration_number
from volunteer_hub.volunteers.states import CheckKind, CheckState, ProfileGap, ProfileSection, VolunteerState

EXPIRING_SOON = dt.timedelta(days=60)
"""How long before its end a check is shown as running out."""

EXPIRY_WARNING_DAYS = (7, 30, 60)
"""So many days before a check's last day its volunteer is warned, the nearest first."""

MAX_LIST_ENTRIES = 40
"""So many skills, specialties or languages tell nobody anything any more."""

UNREGULATED = "none"
EDITABLE_STATES = frozenset(VolunteerState) - {VolunteerState.LEFT}
PAUSABLE_STATES = frozenset({VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED})


ALL_KINDS = frozenset(CheckKind)
ALWAYS_NEEDED = frozenset({CheckKind.CODE_OF_CONDUCT})


@dataclass(frozen=True)
class Requirement:
    """What the staff set for one kind of check; these are the defaults."""

    needed: bool = True
    valid_months: int | None = None
    guidance: str | None = None


class CheckFacts(Protocol):
    """What a readiness check is to these rules."""

    @property
    def kind(self) -> CheckKind:
        """What is checked."""

    @property
    def state(self) -> CheckState:
        """What was found."""

    @property
    def expires_on(self) -> dt.date | None:
        """The last day on which it counts."""


class CheckEvidence(NamedTuple):
    """What was seen for a check that is met, and the last day on which it counts, if it runs out."""

    evidence: str | None
    expires_on: dt.date | None


@dataclass(frozen=True)
class ProfileAnswers:
    """What a volunteer has told so far, as far as being sent for checks depends on it."""

    profession: str | None = None
    regulator: str | None = None
    registration_number: str | None = None
    employer_id: int | None = None
    specialties: int = 0
    skills: int = 0
    languages: int = 0
    weekly_minutes: int | None = None
    manager_name: str | None = None
    manager_email: str | None = None

    @property
    def is_regulated(self) -> bool:
        """Whether a statutory register is kept for the profession."""
        return bool(self.regulator) and self.regulator != UNREGULATED


def list_gaps(answers: ProfileAnswers) -> dict[ProfileSection, tuple[ProfileGap, ...]]:
    """What each section still needs before the profile can be sent for checks.

    Windows, goals and experience are welcome but not needed: some give time without live meetings.
    Specialties are needed of the regulated professions only: a finance officer has none.
    """
    found: dict[ProfileSection, list[tuple[ProfileGap, bool]]] = {
        ProfileSection.WORK: [
            (ProfileGap.PROFESSION, bool(answers.profession)),
            (ProfileGap.REGISTRATION_NUMBER, not answers.is_regulated or bool(answers.registration_number)),
            (ProfileGap.EMPLOYER, bool(answers.employer_id)),
        ],
        ProfileSection.SPECIALTIES: [(ProfileGap.SPECIALTY, not answers.is_regulated or answers.specialties > 0)],
        ProfileSection.SKILLS: [(ProfileGap.SKILL, answers.skills > 0)],
        ProfileSection.LANGUAGES: [(ProfileGap.LANGUAGE, answers.languages > 0)],
        ProfileSection.AVAILABILITY: [(ProfileGap.WEEKLY_HOURS, bool(answers.weekly_minutes))],
        ProfileSection.GOALS: [],
        ProfileSection.MANAGER: [
            (ProfileGap.MANAGER_NAME, bool(answers.manager_name)),
            (ProfileGap.MANAGER_EMAIL, bool(answers.manager_email)),
        ],
    }
    return {section: tuple(gap for gap, there in gaps if not there) for section, gaps in found.items()}


def complete(gaps: Mapping[ProfileSection, tuple[ProfileGap, ...]]) -> bool:
    """Whether nothing is missing."""
    return not any(gaps.values())


def can_send(state: VolunteerState) -> bool:
    """Whether the profile still waits to be sent for checks."""
    return state is VolunteerState.REGISTERED


def is_in_date(expires_on: dt.date | None, today: dt.date) -> bool:
    """Whether something with that last day still counts; the last day itself does (field.md)."""
    return expires_on is None or today <= expires_on


def is_satisfied(check: CheckFacts, today: dt.date) -> bool:
    """Whether one check stands in nobody's way today."""
    if check.state is CheckState.NOT_NEEDED:
        return True
    return check.state is CheckState.MET and is_in_date(check.expires_on, today)


def is_expired(check: CheckFacts, today: dt.date) -> bool:
    """Whether the check was met and has run out."""
    return check.state is CheckState.MET and not is_in_date(check.expires_on, today)


def expires_soon(check: CheckFacts, today: dt.date) -> bool:
    """Whether the check counts today and will not in two months."""
    return (
        check.state is CheckState.MET
        and is_satisfied(check, today)
        and not is_in_date(check.expires_on, today + EXPIRING_SOON)
    )


def warning(last_day: dt.date | None, today: dt.date) -> int | None:
    """Which of the warnings is due for a check with that last day: only the nearest, however late one is."""
    left = (last_day - today).days if last_day else -1
    return next((days for days in EXPIRY_WARNING_DAYS if 0 <= left <= days), None)


def get_needed_kinds(requirements: Mapping[CheckKind, Requirement], *, regulator: str | None) -> frozenset[CheckKind]:
    """The kinds of check that somebody needs, as the staff have set.

    The code of conduct always; registration wherever a register is kept, and while no profession is known.
    """
    switched_on = {kind for kind in CheckKind if requirements.get(kind, Requirement()).needed}
    registered = set() if regulator == UNREGULATED else {CheckKind.REGISTRATION}
    return frozenset(switched_on | registered | ALWAYS_NEEDED)


def last_valid_day(checked_on: dt.date, months: int | None) -> dt.date | None:
    """The last day on which a check of `checked_on` may count; None when it does not run out."""
    if months is None:
        return None
    years, month = divmod(checked_on.month - 1 + months, 12)
    year = checked_on.year + years
    return dt.date(year, month + 1, min(checked_on.day, calendar.monthrange(year, month + 1)[1]))


def evaluate_readiness(
    checks: Iterable[CheckFacts], today: dt.date, *, needed: Collection[CheckKind] = ALL_KINDS
) -> tuple[bool, dt.date | None]:
    """Whether every needed kind of check counts today, and the last day on which that holds.

    The day is None when nothing expires, and for somebody who is not ready.
    """
    found = {check.kind: check for check in checks if check.kind in needed}
    if set(found) != set(needed) or not all(is_satisfied(check, today) for check in found.values()):
        return False, None
    ends = [check.expires_on for check in found.values() if check.state is CheckState.MET and check.expires_on]
    return True, min(ends, default=None)


def may_skip(kind: CheckKind, regulator: str | None) -> bool:
    """Whether a check may be “not needed”: registration only without a register, the code of conduct never."""
    if kind is CheckKind.REGISTRATION:
        return regulator == UNREGULATED
    return kind is not CheckKind.CODE_OF_CONDUCT


def normalise_registration(number: str | None) -> str | None:
    """A registration number as regulators write it: capitals, no spaces."""
    return re.sub(r"\s+", "", number).upper() or None if number else None


def check_registration(number: str | None, *, pattern: str, format_hint: str, sure: bool) -> None:
    """Refuse clear nonsense, and once what does not look like the regulator's numbers.

    `looks` says what they look like. Whoever is `sure` may keep an unusual one: forms change, and
    the coordinator looks it up in any case.
    """
    if not number or not pattern or is_valid_registration_number(pattern, number):
        return
    if not re.fullmatch(r"[A-Z0-9./-]{3,20}", number) or not re.search(r"[0-9]{2}", number):
        raise DomainError(f"This is not a registration number. {format_hint}", field="registration_number")
    if not sure:
        raise DomainError(
            f"Check the number. {format_hint} If yours is right all the same, say so below and save again.",
            field="registration_number",
            code="unusual",
        )


def check_dates(from_on: dt.date | None, until_on: dt.date | None, *, today: dt.date) -> None:
    """Refuse a span that ends before it begins or is already over."""
    if until_on and from_on and until_on < from_on:
        raise DomainError("The last day cannot be before the first.", field="available_until_on")
    if until_on and until_on < today:
        raise DomainError(
            "This day is over. Enter a later one, or leave it empty if there is no end.", field="available_until_on"
        )


def check_result(
    kind: CheckKind,
    state: CheckState,
    *,
    evidence: str | None,
    checked_on: dt.date | None,
    expires_on: dt.date | None,
    note: str | None,
    regulator: str | None,
    today: dt.date,
    valid_months: int | None = None,
) -> None:
    """Refuse a finding without what makes it worth something later, and one that counts for too long."""
    if state is CheckState.NOT_NEEDED and not may_skip(kind, regulator):
        raise DomainError("This check is needed of everybody in this profession.", field="state")
    if checked_on is None:
        raise DomainError("Enter the day on which it was checked.", field="checked_on")
    if checked_on > today:
        raise DomainError("The day of the check cannot be in the future.", field="checked_on")
    if state is CheckState.MET and not evidence:
        raise DomainError("Say what you saw: a reference, a link or where it is kept.", field="evidence")
    if state is not CheckState.MET and not note:
        raise DomainError("Say why in a few words. The volunteer reads them.", field="note")
    if expires_on and expires_on <= checked_on:
        raise DomainError("The last day must be after the day of the check.", field="expires_on")
    if state is CheckState.MET and not is_in_date(expires_on, today):
        raise DomainError("This day is over. Enter the new date, or record the check as not met.", field="expires_on")
    if state is CheckState.MET:
        _check_span(checked_on, expires_on, valid_months)


def _check_span(checked_on: dt.date, expires_on: dt.date | None, valid_months: int | None) -> None:
    last = last_valid_day(checked_on, valid_months)
    if last and (expires_on is None or expires_on > last):
        raise DomainError(
            f"This check counts no longer than the months set for it ({valid_months}): enter a day up to {last:%d/%m/%Y}.",
            field="expires_on",
        )
