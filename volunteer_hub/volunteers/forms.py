"""Forms of the profile and of readiness."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from flask import g
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.accounts.forms import zone_options
from volunteer_hub.core.fields import Block, Day, Email, HoursField, Line, ManyOf, OneOf, Tick, TimeOfDay, WholeNumber
from volunteer_hub.core.forms import Difference, Form
from volunteer_hub.core.pages import weekday
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import LanguageLevel, SupportKind
from volunteer_hub.volunteers.labels import LABELS
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import CheckEvidence, Requirement
from volunteer_hub.volunteers.states import CheckKind, CheckState


def section_row(row: Volunteer | ReadinessCheck, *names: str, **more: Any) -> SimpleNamespace:
    """Some answers of a row as a form sees them.

    Its version changes only with these answers, so that two people who edit two sections at the same
    time do not meet; those who edit one section are shown both versions.
    """
    answers = {name: getattr(row, name) for name in names} | more
    digest = hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=digest, **answers)


def profession_options() -> list[tuple[str, str]]:
    """(code, name) of every profession."""
    return [(word.code, word.name) for word in vocabulary.vocabulary().professions.values()]


def employer_options() -> list[tuple[str, str]]:
    """(id, name) of every UK employer, read once a request."""
    if "employers" not in g:
        g.employers = institutions.list_uk_employer_choices()
    found: list[tuple[str, str]] = g.employers
    return found


def language_options() -> list[tuple[str, str]]:
    """(code, name) of the languages people offer and ask for."""
    return list(vocabulary.language_names(get_locale().language).items())


def weekday_options() -> list[tuple[int, str]]:
    """Monday to Sunday."""
    return [(number, weekday(number, "wide")) for number in range(7)]


class WorkForm(Form):
    """Profession, registration, employer."""

    profession_code = OneOf(
        _l("Profession"), options=profession_options, control="select", missing=_l("Choose your profession")
    )
    registration_number = Line(
        _l("Registration number"),
        hint=_l("Your number with the GMC, NMC, HCPC, GDC, GOC or GPhC. Leave it empty if nobody keeps a register."),
        required=False,
        guarded=False,
        limit=40,
        width="20",
    )
    sure = Tick(_l("An unusual number"), says=_l("My number is right as I typed it"), required=False)
    employer_id = OneOf(
        _l("Employer"),
        options=employer_options,
        control="select",
        missing=_l("Choose your employer"),
        hint=_l("The NHS trust, board or other UK organisation you work for."),
    )
    department = Line(_l("Department or ward"), required=False, limit=120)
    band = Line(
        _l("Band or grade"), required=False, limit=40, width="10", hint=_l("For example 6, consultant, ST5 or VSM.")
    )


class VolunteerLanguageForm(Form):
    """A language and how well."""

    language = OneOf(_l("Language"), options=language_options, control="select", missing=_l("Choose a language"))
    level = OneOf(
        _l("How well"),
        options=[(level, LEVELS[level]) for level in LanguageLevel],
        kind=LanguageLevel,
        control="select",
        missing=_l("Choose how well you know it"),
        hint=_l("The levels of the Common European Framework. B2 is enough to work in a language."),
    )


class AvailabilityForm(Form):
    """Hours a week, dates, one's own clock."""

    weekly_minutes = HoursField(
        _l("Hours you want to give in a week, at most"),
        hint=_l("With preparation. Most volunteers give between 1 and 4."),
        missing=_l("Enter how many hours a week you want to give"),
    )
    available_from_on = Day(_l("First day"), required=False, hint=_l("Leave it empty if you can begin at once."))
    available_until_on = Day(_l("Last day"), required=False, hint=_l("Leave it empty if there is no end."))
    time_zone = OneOf(
        _l("Your time zone"),
        options=zone_options,
        control="select",
        hint=_l("Your free times and all times you see are on this clock."),
    )


class AvailabilityWindowForm(Form):
    """The same free time on some days of every week."""

    weekdays = ManyOf(_l("Days"), options=weekday_options, missing=_l("Tick at least one day"))
    start = TimeOfDay(_l("From"))
    end = TimeOfDay(
        _l("To"), hint=_l("24:00 is the end of the day. A time past midnight, such as 22:00 to 02:00, is kept as two.")
    )


class GoalsForm(Form):
    """What the volunteer wants to learn, and has done."""

    goals = ManyOf(
        _l("Which of these would you like to grow in?"),
        options=[(kind, LEVELS[kind]) for kind in SupportKind],
        required=False,
        hint=_l("Optional. Requests of these kinds suit you a little better."),
    )
    learning_goals = Block(
        _l("What you hope to learn"),
        required=False,
        hint=_l("It goes into your professional development record, and helps us to find a request that suits you."),
    )
    experience = Block(
        _l("Experience that matters here"),
        required=False,
        hint=_l("Teaching, work in other countries, projects. Nothing about patients."),
    )


class ManagerForm(Form):
    """Who supports it at work."""

    manager_name = Line(
        _l("Line manager’s name"), guarded="stops", limit=120, missing=_l("Enter your line manager’s name")
    )
    manager_email = Email(
        _l("Line manager’s e-mail address"),
        hint=_l("The coordinator asks whether they support your volunteering. Please tell them first."),
    )


class CheckForm(Form):
    """What a check found. `state` leaves out “to be checked”."""

    state = OneOf(
        _l("What you found"),
        options=[(state, LABELS[state]) for state in CheckState if state is not CheckState.OUTSTANDING],
        kind=CheckState,
        missing=_l("Choose what you found"),
    )
    evidence = Line(
        _l("Evidence"),
        required=False,
        needed_if=True,
        limit=300,
        hint=_l(
            "Needed when it is met: a reference or where it is kept, such as “NMC register, looked up”. No copies of documents."
        ),
    )
    checked_on = Day(_l("Checked on"), missing=_l("Enter the day on which it was checked"))
    expires_on = Day(
        _l("Counts until"), required=False, hint=_l("The last day. Leave it empty if it does not run out.")
    )
    note = Block(
        _l("Words to the volunteer"),
        required=False,
        rows=3,
        limit=1000,
        hint=_l("Needed if it is not met or not needed. The volunteer reads them."),
    )


class PassedChecksForm(Form):
    """Several checks found met in one go. The fields of each kind are added by `several_checks`."""

    checked_on = Day(_l("Checked on"), missing=_l("Enter the day on which they were checked"))

    def evidence_by_kind(self, kinds: Iterable[CheckKind]) -> dict[CheckKind, CheckEvidence]:
        """What is ticked, with what was seen and until when it counts."""
        return {
            kind: CheckEvidence(self[f"evidence_{kind}"].data, self[f"expires_on_{kind}"].data)
            for kind in kinds
            if self[f"state_{kind}"].data
        }


def build_passed_checks_form(kinds: Iterable[CheckKind]) -> type[PassedChecksForm]:
    """The form for these kinds: a tick, the evidence and the last day of each."""
    fields: dict[str, Any] = {}
    for kind in kinds:
        fields[f"state_{kind}"] = Tick(LABELS[kind], says=LABELS[CheckState.MET], required=False, needed_if=True)
        fields[f"evidence_{kind}"] = Line(_l("Evidence"), required=False, needed_if=True, limit=300)
        fields[f"expires_on_{kind}"] = Day(_l("Counts until"), required=False)
    return type("SeveralChecksForm", (PassedChecksForm,), fields)


class RequirementForm(Form):
    """What is set for one kind of check. `confirmed` carries what the person was shown that it would do."""

    needed = OneOf(_l("Is it needed?"), options=[("yes", _l("Yes")), ("no", _l("No"))], inline=True)
    valid_months = WholeNumber(
        _l("Months for which it counts"),
        required=False,
        least=1,
        most=120,
        hint=_l("Leave it empty if it does not run out. It holds for what is recorded from now on."),
    )
    guidance = Block(
        _l("Guidance"),
        required=False,
        rows=4,
        limit=2000,
        hint=_l("Shown to the coordinator who makes the check and to the volunteer."),
    )
    reason = Line(_l("Why you change it"), limit=300, missing=_l("Say why in a few words; they stay in the history"))
    confirmed = HiddenField()

    def requirement(self) -> Requirement:
        """The answers as the rules want them."""
        return Requirement(self.needed.data == "yes", self.valid_months.data, self.guidance.data)

    def confirmation_code(self, change: tuple[int, int]) -> str:
        """What names the question that was confirmed: the answer, and the numbers shown."""
        return f"{self.needed.data}-{change[0]}-{change[1]}"

    def differences(self, row: Any) -> list[Difference]:
        """The same as ever, without the reason and the confirmation, which are nobody's version."""
        labels = {str(self.reason.label.text), str(self.confirmed.label.text)}
        found = super().differences(row)
        return [one for one in found if str(one.label) not in labels] or [Difference("", "", "")][: len(found)]


class SendProfileForm(Form):
    """Only a button."""
