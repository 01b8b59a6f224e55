"""When a profile is complete, a check valid and a volunteer ready. Plain values in, plain values out."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.vocabulary.rules import is_valid_registration_number
from volunteer_hub.volunteers.states import CheckKind, CheckState, ProfileGap, ProfileSection, VolunteerState

EXPIRING_SOON = dt.timedelta(days=60)
"""How long before its last day a check is shown as expiring."""

EXPIRY_WARNING_DAYS = (7, 30, 60)
"""Days before a check's last day on which the volunteer is warned, the nearest first."""

MAX_LIST_ENTRIES = 40
"""Maximum number of skills, of specialties and of languages in a profile; more would say nothing about a person."""

UNREGULATED = "none"
EDITABLE_STATES = frozenset(VolunteerState) - {VolunteerState.LEFT}
PAUSABLE_STATES = frozenset({VolunteerState.CHECKING, VolunteerState.READY, VolunteerState.LAPSED})


ALL_KINDS = frozenset(CheckKind)
ALWAYS_NEEDED = frozenset({CheckKind.CODE_OF_CONDUCT})


@dataclass(frozen=True)
class Requirement:
    """The staff's settings for one kind of check, with their defaults; `valid_months` None means no limit."""

    needed: bool = True
    valid_months: int | None = None
    guidance: str | None = None


class CheckFacts(Protocol):
    """The attributes of a readiness check that these rules use."""

    @property
    def kind(self) -> CheckKind:
        """Return the kind of the check."""

    @property
    def state(self) -> CheckState:
        """Return the result of the check."""

    @property
    def expires_on(self) -> dt.date | None:
        """Return the last day on which the check is valid, or None if it does not expire."""


class CheckEvidence(NamedTuple):
    """The evidence of a check that is met, and its last valid day or None if it does not expire."""

    evidence: str | None
    expires_on: dt.date | None


@dataclass(frozen=True)
class ProfileAnswers:
    """The answers of a profile on which its completeness depends; skills, languages and specialties are counts."""

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
        """Return whether the profession has a statutory register."""
        return bool(self.regulator) and self.regulator != UNREGULATED


def list_gaps(answers: ProfileAnswers) -> dict[ProfileSection, tuple[ProfileGap, ...]]:
    """Return what each section still lacks before the profile can be sent for checks.

    Free times, goals and experience are optional: some volunteers give time without live meetings.
    Specialties are required of regulated professions only: a finance officer has none.
    """
    answered: dict[ProfileSection, list[tuple[ProfileGap, bool]]] = {
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
    return {section: tuple(gap for gap, is_there in gaps if not is_there) for section, gaps in answered.items()}


def is_complete(gaps: Mapping[ProfileSection, tuple[ProfileGap, ...]]) -> bool:
    """Return whether no section has a gap."""
    return not any(gaps.values())


def can_pause(state: VolunteerState) -> bool:
    """Return whether the volunteer can pause."""
    return state in PAUSABLE_STATES


def can_resume(state: VolunteerState) -> bool:
    """Return whether the volunteer rests and can come back."""
    return state is VolunteerState.PAUSED


def can_send(state: VolunteerState) -> bool:
    """Return whether the profile has not been sent for checks yet."""
    return state is VolunteerState.REGISTERED


def is_in_date(expires_on: dt.date | None, today: dt.date) -> bool:
    """Return whether something with that last day is still valid; on its last day it is. None never expires."""
    return expires_on is None or today <= expires_on


def is_satisfied(check: CheckFacts, today: dt.date) -> bool:
    """Return whether a check does not prevent matching today: it is met and in date, or not needed."""
    if check.state is CheckState.NOT_NEEDED:
        return True
    return check.state is CheckState.MET and is_in_date(check.expires_on, today)


def is_expired(check: CheckFacts, today: dt.date) -> bool:
    """Return whether a check was met and has expired."""
    return check.state is CheckState.MET and not is_in_date(check.expires_on, today)


def expires_soon(check: CheckFacts, today: dt.date) -> bool:
    """Return whether a check is valid today and expires within EXPIRING_SOON."""
    return (
        check.state is CheckState.MET
        and is_satisfied(check, today)
        and not is_in_date(check.expires_on, today + EXPIRING_SOON)
    )


def find_due_warning(last_day: dt.date | None, today: dt.date) -> int | None:
    """Return which of EXPIRY_WARNING_DAYS is due for a check with that last day, or None.

    Of several warnings that are due, because the job ran late, this is the nearest to the last day.
    """
    days_left = (last_day - today).days if last_day else -1
    return next((days for days in EXPIRY_WARNING_DAYS if 0 <= days_left <= days), None)


def get_needed_kinds(requirements: Mapping[CheckKind, Requirement], *, regulator: str | None) -> frozenset[CheckKind]:
    """Return the kinds of check that a volunteer needs according to the staff's requirements.

    The code of conduct is always needed; registration for every profession with a register, and while
    the profession is not known (`regulator` None).
    """
    required = {kind for kind in CheckKind if requirements.get(kind, Requirement()).needed}
    registration = set() if regulator == UNREGULATED else {CheckKind.REGISTRATION}
    return frozenset(required | registration | ALWAYS_NEEDED)


def last_valid_day(checked_on: dt.date, months: int | None) -> dt.date | None:
    """Return the last valid day of a check made on `checked_on`, `months` calendar months later; None for no limit."""
    if months is None:
        return None
    years, month = divmod(checked_on.month - 1 + months, 12)
    year = checked_on.year + years
    return dt.date(year, month + 1, min(checked_on.day, calendar.monthrange(year, month + 1)[1]))


def evaluate_readiness(
    checks: Iterable[CheckFacts], today: dt.date, *, needed: Collection[CheckKind] = ALL_KINDS
) -> tuple[bool, dt.date | None]:
    """Return whether every needed kind of check is satisfied today, and the last day on which that holds.

    The day is None when no check expires, and when the volunteer is not ready.
    """
    needed_checks = {check.kind: check for check in checks if check.kind in needed}
    if set(needed_checks) != set(needed) or not all(is_satisfied(check, today) for check in needed_checks.values()):
        return False, None
    last_days = [
        check.expires_on for check in needed_checks.values() if check.state is CheckState.MET and check.expires_on
    ]
    return True, min(last_days, default=None)


def may_skip(kind: CheckKind, regulator: str | None) -> bool:
    """Return whether a check may be recorded as not needed: registration only without a register, conduct never."""
    if kind is CheckKind.REGISTRATION:
        return regulator == UNREGULATED
    return kind is not CheckKind.CODE_OF_CONDUCT


def normalise_registration(number: str | None) -> str | None:
    """Return a registration number as regulators write it: in capitals and without spaces; None when empty."""
    return re.sub(r"\s+", "", number).upper() or None if number else None


def check_registration(number: str | None, *, pattern: str, format_hint: str, sure: bool) -> None:
    """Check a registration number against the regulator's `pattern`, which `format_hint` describes.

    A number that does not match is accepted if the volunteer is `sure`, because formats change and the
    coordinator looks the number up in any case. Raises DomainError, with the code `unusual_registration_number` when the
    volunteer may insist.
    """
    if not number or not pattern or is_valid_registration_number(pattern, number):
        return
    if not re.fullmatch(r"[A-Z0-9./-]{3,20}", number) or not re.search(r"[0-9]{2}", number):
        raise DomainError(
            _("This is not a registration number. %(format)s", format=format_hint),
            field="registration_number",
            code="registration_number_invalid",
        )
    if not sure:
        raise DomainError(
            _(
                "Check the number. %(format)s If yours is right all the same, say so below and save again.",
                format=format_hint,
            ),
            field="registration_number",
            code="unusual_registration_number",
        )


def check_dates(from_on: dt.date | None, until_on: dt.date | None, *, today: dt.date) -> None:
    """Check a period of availability. Raises DomainError when it ends before it begins or is already over."""
    if until_on and from_on and until_on < from_on:
        raise DomainError(
            _("The last day cannot be before the first."), field="available_until_on", code="last_day_before_first"
        )
    if until_on and until_on < today:
        raise DomainError(
            _("This day is over. Enter a later one, or leave it empty if there is no end."),
            field="available_until_on",
            code="availability_over",
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
    """Check a result before it is recorded: evidence, reason, dates and length of validity.

    Raises DomainError with the field.
    """
    if state is CheckState.NOT_NEEDED and not may_skip(kind, regulator):
        raise DomainError(
            _("This check is needed of everybody in this profession."), field="state", code="check_always_needed"
        )
    if checked_on is None:
        raise DomainError(_("Enter the day on which it was checked."), field="checked_on", code="checked_day_missing")
    if checked_on > today:
        raise DomainError(
            _("The day of the check cannot be in the future."), field="checked_on", code="check_in_future"
        )
    if state is CheckState.MET and not evidence:
        raise DomainError(
            _("Say what you saw: a reference, a link or where it is kept."), field="evidence", code="evidence_missing"
        )
    if state is not CheckState.MET and not note:
        raise DomainError(
            _("Say why in a few words. The volunteer reads them."), field="note", code="check_reason_missing"
        )
    if expires_on and expires_on <= checked_on:
        raise DomainError(
            _("The last day must be after the day of the check."), field="expires_on", code="expiry_before_check"
        )
    if state is CheckState.MET and not is_in_date(expires_on, today):
        raise DomainError(
            _("This day is over. Enter the new date, or record the check as not met."),
            field="expires_on",
            code="expiry_past",
        )
    if state is CheckState.MET:
        _check_validity(checked_on, expires_on, valid_months)


def _check_validity(checked_on: dt.date, expires_on: dt.date | None, valid_months: int | None) -> None:
    latest = last_valid_day(checked_on, valid_months)
    if latest and (expires_on is None or expires_on > latest):
        raise DomainError(
            _(
                "This check counts no longer than the months set for it (%(months)s): enter a day up to %(day)s.",
                months=valid_months,
                day=f"{latest:%d/%m/%Y}",
            ),
            field="expires_on",
            code="expiry_too_late",
        )
