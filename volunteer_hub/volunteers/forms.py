"""Forms of the profile, the readiness checks and their requirements."""

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
from volunteer_hub.core.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    EmailField,
    HoursField,
    IntegerField,
    SingleChoiceField,
    TextAreaField,
    TextInputField,
    TimeField,
)
from volunteer_hub.core.forms import Difference, Form
from volunteer_hub.core.template_filters import weekday
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import LanguageLevel, SupportKind
from volunteer_hub.volunteers.labels import LABELS
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.rules import CheckEvidence, Requirement
from volunteer_hub.volunteers.states import CheckKind, CheckState


def section_row(row: Volunteer | ReadinessCheck, *names: str, **more: Any) -> SimpleNamespace:
    """Return the named columns of a row, and `more`, as an object for `Form.bind`.

    Its `version` is a digest of these values: users who edit different sections of a row at the same
    time do not conflict, users who edit the same section do.
    """
    answers = {name: getattr(row, name) for name in names} | more
    digest = hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=digest, **answers)


def profession_options() -> list[tuple[str, str]]:
    """Return (code, name) of every profession."""
    return [(profession.code, profession.name) for profession in vocabulary.vocabulary().professions.values()]


def employer_options() -> list[tuple[str, str]]:
    """Return (id, name) of every UK employer, loaded once per HTTP request."""
    if "employers" not in g:
        g.employers = institutions.list_uk_employer_choices()
    options: list[tuple[str, str]] = g.employers
    return options


def language_options() -> list[tuple[str, str]]:
    """Return (code, name) of every language in the user's locale."""
    return list(vocabulary.language_names(get_locale().language).items())


def weekday_options() -> list[tuple[int, str]]:
    """Return (weekday number, name) from Monday to Sunday."""
    return [(number, weekday(number, "wide")) for number in range(7)]


class WorkForm(Form):
    """The section on profession, registration and employer."""

    profession_code = SingleChoiceField(
        _l("Profession"), options=profession_options, control="select", missing=_l("Choose your profession")
    )
    registration_number = TextInputField(
        _l("Registration number"),
        hint=_l("Your number with the GMC, NMC, HCPC, GDC, GOC or GPhC. Leave it empty if nobody keeps a register."),
        required=False,
        guarded=False,
        limit=40,
        width="20",
    )
    sure = CheckboxField(_l("An unusual number"), says=_l("My number is right as I typed it"), required=False)
    employer_id = SingleChoiceField(
        _l("Employer"),
        options=employer_options,
        control="select",
        missing=_l("Choose your employer"),
        hint=_l("The NHS trust, board or other UK organisation you work for."),
    )
    department = TextInputField(_l("Department or ward"), required=False, limit=120)
    band = TextInputField(
        _l("Band or grade"), required=False, limit=40, width="10", hint=_l("For example 6, consultant, ST5 or VSM.")
    )


class VolunteerLanguageForm(Form):
    """Add a language with its level."""

    language = SingleChoiceField(
        _l("Language"), options=language_options, control="select", missing=_l("Choose a language")
    )
    level = SingleChoiceField(
        _l("How well"),
        options=[(level, LEVELS[level]) for level in LanguageLevel],
        kind=LanguageLevel,
        control="select",
        missing=_l("Choose how well you know it"),
        hint=_l("The levels of the Common European Framework. B2 is enough to work in a language."),
    )


class AvailabilityForm(Form):
    """The section on hours per week, dates and the volunteer's time zone."""

    weekly_minutes = HoursField(
        _l("Hours you want to give in a week, at most"),
        hint=_l("With preparation. Most volunteers give between 1 and 4."),
        missing=_l("Enter how many hours a week you want to give"),
    )
    available_from_on = DateField(_l("First day"), required=False, hint=_l("Leave it empty if you can begin at once."))
    available_until_on = DateField(_l("Last day"), required=False, hint=_l("Leave it empty if there is no end."))
    time_zone = SingleChoiceField(
        _l("Your time zone"),
        options=zone_options,
        control="select",
        hint=_l("Your free times and all times you see are on this clock."),
    )


class AvailabilityWindowForm(Form):
    """Add a weekly free time on one or more weekdays."""

    weekdays = CheckboxesField(_l("Days"), options=weekday_options, missing=_l("Tick at least one day"))
    start = TimeField(_l("From"))
    end = TimeField(
        _l("To"), hint=_l("24:00 is the end of the day. A time past midnight, such as 22:00 to 02:00, is kept as two.")
    )


class GoalsForm(Form):
    """The section on learning goals and experience."""

    goals = CheckboxesField(
        _l("Which of these would you like to grow in?"),
        options=[(kind, LEVELS[kind]) for kind in SupportKind],
        required=False,
        hint=_l("Optional. Requests of these kinds suit you a little better."),
    )
    learning_goals = TextAreaField(
        _l("What you hope to learn"),
        required=False,
        hint=_l("It goes into your professional development record, and helps us to find a request that suits you."),
    )
    experience = TextAreaField(
        _l("Experience that matters here"),
        required=False,
        hint=_l("Teaching, work in other countries, projects. Nothing about patients."),
    )


class ManagerForm(Form):
    """The section on the line manager."""

    manager_name = TextInputField(
        _l("Line manager’s name"), guarded="stops", limit=120, missing=_l("Enter your line manager’s name")
    )
    manager_email = EmailField(
        _l("Line manager’s e-mail address"),
        hint=_l("The coordinator asks whether they support your volunteering. Please tell them first."),
    )


class CheckForm(Form):
    """The result of a check; `state` cannot be set back to outstanding."""

    state = SingleChoiceField(
        _l("What you found"),
        options=[(state, LABELS[state]) for state in CheckState if state is not CheckState.OUTSTANDING],
        kind=CheckState,
        missing=_l("Choose what you found"),
    )
    evidence = TextInputField(
        _l("Evidence"),
        required=False,
        needed_if=True,
        limit=300,
        hint=_l(
            "Needed when it is met: a reference or where it is kept, such as “NMC register, looked up”. No copies of documents."
        ),
    )
    checked_on = DateField(_l("Checked on"), missing=_l("Enter the day on which it was checked"))
    expires_on = DateField(
        _l("Counts until"), required=False, hint=_l("The last day. Leave it empty if it does not run out.")
    )
    note = TextAreaField(
        _l("Words to the volunteer"),
        required=False,
        rows=3,
        limit=1000,
        hint=_l("Needed if it is not met or not needed. The volunteer reads them."),
    )


class PassedChecksForm(Form):
    """Several checks that are met, recorded together. `build_passed_checks_form` adds three fields per kind."""

    checked_on = DateField(_l("Checked on"), missing=_l("Enter the day on which they were checked"))

    def evidence_by_kind(self, kinds: Iterable[CheckKind]) -> dict[CheckKind, CheckEvidence]:
        """Return the evidence and last valid day of each kind that is ticked."""
        return {
            kind: CheckEvidence(self[f"evidence_{kind}"].data, self[f"expires_on_{kind}"].data)
            for kind in kinds
            if self[f"state_{kind}"].data
        }


def build_passed_checks_form(kinds: Iterable[CheckKind]) -> type[PassedChecksForm]:
    """Return a form class with a checkbox, the evidence and the last day for each of these kinds."""
    fields: dict[str, Any] = {}
    for kind in kinds:
        fields[f"state_{kind}"] = CheckboxField(
            LABELS[kind], says=LABELS[CheckState.MET], required=False, needed_if=True
        )
        fields[f"evidence_{kind}"] = TextInputField(_l("Evidence"), required=False, needed_if=True, limit=300)
        fields[f"expires_on_{kind}"] = DateField(_l("Counts until"), required=False)
    return type("PassedChecksForm", (PassedChecksForm,), fields)


class RequirementForm(Form):
    """The requirement for one kind of check. `confirmed` holds the code of the impact that the user was shown."""

    needed = SingleChoiceField(_l("Is it needed?"), options=[("yes", _l("Yes")), ("no", _l("No"))], inline=True)
    valid_months = IntegerField(
        _l("Months for which it counts"),
        required=False,
        least=1,
        most=120,
        hint=_l("Leave it empty if it does not run out. It holds for what is recorded from now on."),
    )
    guidance = TextAreaField(
        _l("Guidance"),
        required=False,
        rows=4,
        limit=2000,
        hint=_l("Shown to the coordinator who makes the check and to the volunteer."),
    )
    reason = TextInputField(
        _l("Why you change it"), limit=300, missing=_l("Say why in a few words; they stay in the history")
    )
    confirmed = HiddenField()

    def requirement(self) -> Requirement:
        """Return the requirement that was entered."""
        return Requirement(self.needed.data == "yes", self.valid_months.data, self.guidance.data)

    def confirmation_code(self, impact: tuple[int, int]) -> str:
        """Return the code of an impact that needs confirmation: the answer, and the two numbers shown."""
        return f"{self.needed.data}-{impact[0]}-{impact[1]}"

    def differences(self, row: Any) -> list[Difference]:
        """Return the differences as every form does, without the reason and the confirmation, which are not stored."""
        labels = {str(self.reason.label.text), str(self.confirmed.label.text)}
        differences = super().differences(row)
        shown_to_user = [difference for difference in differences if str(difference.label) not in labels]
        return shown_to_user or [Difference("", "", "")][: len(differences)]
