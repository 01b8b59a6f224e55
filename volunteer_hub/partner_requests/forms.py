"""Forms of requests. A section of a draft may be saved incomplete: missing answers pass, invalid ones do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import money, template_filters
from volunteer_hub.core.fields import (
    CheckboxesField,
    DateField,
    HoursField,
    IntegerField,
    SingleChoiceField,
    TextAreaField,
    TextFieldBase,
    TextInputField,
    TimeField,
)
from volunteer_hub.core.forms import Form
from volunteer_hub.partner_requests.labels import LABELS
from volunteer_hub.partner_requests.states import Delivery, SupportKind, Urgency
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import LanguageLevel

NO_PATIENTS = _l("Never write anything from which a patient could be recognised.")


class CostField(TextFieldBase):
    """An amount of money in one currency; its data is in minor units."""

    input_mode = "decimal"

    def __init__(self, label: Any, *, currency: str, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width="10", suffix=currency, **kwargs)
        self.currency = currency

    def parse(self, text: str) -> int:
        return money.parse(text, self.currency).minor

    def show(self, value: Any) -> str:
        return f"{money.Money(value, self.currency).major:f}"


class SectionForm(Form):
    """Base class of the forms of a draft's sections."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether the input is valid; only the title is required."""
        required = [field for field in self if getattr(field, "required", False) and field.name != "title"]
        for field in required:
            field.required = False
        try:
            return bool(super().validate(extra_validators))
        finally:
            for field in required:
                field.required = True


def specialty_options() -> Iterable[tuple[str, str]]:
    """Return (code, name with its group's name) of every specialty, sorted by name."""
    terms = vocabulary.vocabulary().specialties
    options = [(term.code, vocabulary.path_name(terms, term)) for term in terms.values() if term.parent]
    return sorted(options, key=lambda pair: pair[1])


def language_options() -> Iterable[tuple[str, str]]:
    """Return (code, name) of every language in the user's locale."""
    return vocabulary.language_names(str(get_locale() or "en")).items()


def weekday_options() -> list[tuple[str, str]]:
    """Return (weekday number, name) from Monday to Sunday."""
    return [(str(number), template_filters.weekday(number, "wide")) for number in range(7)]


class DraftForm(Form):
    """Create a draft. The view sets the options of `place`: `institution-programme` ids."""

    place = SingleChoiceField(
        _l("Institution and programme"), options=[], control="select", missing=_l("Choose where the request comes from")
    )
    title = TextInputField(
        _l("Title"),
        hint=_l("In a few words, as a volunteer would look for it: “Triage training for emergency nurses”."),
        limit=120,
        missing=_l("Enter a title"),
    )


class NeedForm(SectionForm):
    """The section on the problem and the support that is needed."""

    title = TextInputField(_l("Title"), limit=120, missing=_l("Enter a title"))
    need = TextAreaField(
        _l("The problem, in your own words"),
        hint=_l("What happens now, and why it matters. %(never)s", never=NO_PATIENTS),
        rows=7,
    )
    kind = SingleChoiceField(_l("Kind of support"), options=[(k, LEVELS[k]) for k in SupportKind], kind=SupportKind)
    specialty_code = SingleChoiceField(_l("Specialty"), options=specialty_options, control="select", required=False)
    learners_cadre = TextInputField(
        _l("Who will learn"), hint=_l("For example: ward nurses, clinical officers."), limit=120, required=False
    )
    learners_number = IntegerField(_l("How many of them"), least=1, most=10_000, required=False)
    expected_result = TextAreaField(_l("What should be different at the end"), hint=NO_PATIENTS, rows=4)


class TimeForm(SectionForm):
    """The section on hours, weeks, seats, delivery and dates."""

    weekly_minutes = HoursField(
        _l("Hours a week from each volunteer"),
        hint=_l("With preparation and follow-up. Most volunteers can give 1 to 3."),
    )
    weeks = IntegerField(_l("For how many weeks"), least=1, most=104)
    seats = IntegerField(_l("How many volunteers"), least=1, most=20)
    delivery = SingleChoiceField(_l("How the work is done"), options=[(d, LABELS[d]) for d in Delivery], kind=Delivery)
    urgency = SingleChoiceField(_l("How soon it is needed"), options=[(u, LABELS[u]) for u in Urgency], kind=Urgency)
    earliest_start_on = DateField(_l("Earliest start"))
    respond_by_on = DateField(
        _l("Last day to respond"),
        hint=_l("Volunteers can answer until the end of this day on your clock. Not after the earliest start."),
    )


class SupervisorForm(SectionForm):
    """The section on supervisor and cost; `people_form` adds the cost in the programme's currency."""

    supervisor = TextInputField(
        _l("Who looks after the volunteer at your institution"),
        hint=_l("A name and a post, or a post alone: “the matron of the children’s ward”."),
        guarded="stops",
        limit=160,
    )


def people_form(currency: str) -> type[SupervisorForm]:
    """Return a form class whose cost estimate is in `currency`."""

    class PeopleForm(SupervisorForm):
        """The section on supervisor and cost."""

        cost_minor = CostField(
            _l("Estimate of what it will cost"),
            currency=currency,
            hint=_l("Data bundles, printing, materials. Leave it empty if it costs nothing."),
            required=False,
        )

    return PeopleForm


class RequestLanguageForm(Form):
    """Add a language to the request."""

    language = SingleChoiceField(
        _l("Language"), options=language_options, control="select", missing=_l("Choose a language")
    )
    level = SingleChoiceField(
        _l("At least at this level"),
        options=[(level, LEVELS[level]) for level in LanguageLevel],
        kind=LanguageLevel,
        control="select",
        missing=_l("Choose a level"),
    )


class RequestWindowForm(Form):
    """Add a weekly time on one or more weekdays."""

    weekdays = CheckboxesField(_l("Days"), options=weekday_options, missing=_l("Tick at least one day"))
    start = TimeField(_l("From"))
    end = TimeField(
        _l("To"), hint=_l("24:00 is the end of the day. A time past midnight, such as 22:00 to 02:00, is kept as two.")
    )


class RequestMessageForm(Form):
    """A message that goes with a return or a withdrawal; the other side reads it."""

    message = TextAreaField(_l("Your words"), hint=NO_PATIENTS, limit=2000, missing=_l("Write a few words"))


class ReopenForm(Form):
    """New dates with which an expired request is reopened."""

    respond_by_on = DateField(_l("New last day to respond"))
    earliest_start_on = DateField(
        _l("New earliest start"), required=False, hint=_l("Leave it as it is if it still fits.")
    )
