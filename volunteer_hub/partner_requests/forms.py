"""Forms of requests. A section may be saved half-done: empty answers pass, wrong ones do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import money, pages
from volunteer_hub.core.fields import Block, Day, HoursField, Line, ManyOf, OneOf, TimeOfDay, Typed, WholeNumber
from volunteer_hub.core.forms import Form
from volunteer_hub.partner_requests.labels import LABELS
from volunteer_hub.partner_requests.states import Delivery, SupportKind, Urgency
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.labels import LABELS as LEVELS
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

NO_PATIENTS = _l("Never write anything from which a patient could be recognised.")


class CostField(Typed):
    """An amount in one currency, kept as minor units."""

    input_mode = "decimal"

    def __init__(self, label: Any, *, currency: str, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width="10", suffix=currency, **kwargs)
        self.currency = currency

    def parse(self, text: str) -> int:
        return money.parse(text, self.currency).minor

    def show(self, value: Any) -> str:
        return f"{money.Money(value, self.currency).major:f}"


class SectionForm(Form):
    """The base of a draft's sections."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Accept empty answers but for the title, and refuse what was typed wrong."""
        needed = [field for field in self if getattr(field, "required", False) and field.name != "title"]
        for field in needed:
            field.required = False
        try:
            return bool(super().validate(extra_validators))
        finally:
            for field in needed:
                field.required = True


def specialty_options() -> Iterable[tuple[str, str]]:
    """Every specialty under its group's name."""
    found = vocabulary.vocabulary().specialties
    named = [(word.code, vocabulary.path_name(found, word)) for word in found.values() if word.parent]
    return sorted(named, key=lambda pair: pair[1])


def language_options() -> Iterable[tuple[str, str]]:
    """Every language by name."""
    return vocabulary.language_names(str(get_locale() or "en")).items()


def weekday_options() -> list[tuple[str, str]]:
    """Monday to Sunday."""
    return [(str(number), pages.weekday(number, "wide")) for number in range(7)]


class DraftForm(Form):
    """Begin a request. The view fills the choices of place."""

    place = OneOf(
        _l("Institution and programme"), options=[], control="select", missing=_l("Choose where the request comes from")
    )
    title = Line(
        _l("Title"),
        hint=_l("In a few words, as a volunteer would look for it: “Triage training for emergency nurses”."),
        limit=120,
        missing=_l("Enter a title"),
    )


class NeedForm(SectionForm):
    """What is needed."""

    title = Line(_l("Title"), limit=120, missing=_l("Enter a title"))
    need = Block(
        _l("The problem, in your own words"),
        hint=_l("What happens now, and why it matters. %(never)s", never=NO_PATIENTS),
        rows=7,
    )
    kind = OneOf(_l("Kind of support"), options=[(k, LEVELS[k]) for k in SupportKind], kind=SupportKind)
    specialty_code = OneOf(_l("Specialty"), options=specialty_options, control="select", required=False)
    learners_cadre = Line(
        _l("Who will learn"), hint=_l("For example: ward nurses, clinical officers."), limit=120, required=False
    )
    learners_number = WholeNumber(_l("How many of them"), least=1, most=10_000, required=False)
    expected_result = Block(_l("What should be different at the end"), hint=NO_PATIENTS, rows=4)


class TimeForm(SectionForm):
    """How much time, how and when."""

    weekly_minutes = HoursField(
        _l("Hours a week from each volunteer"),
        hint=_l("With preparation and follow-up. Most volunteers can give 1 to 3."),
    )
    weeks = WholeNumber(_l("For how many weeks"), least=1, most=104)
    seats = WholeNumber(_l("How many volunteers"), least=1, most=20)
    delivery = OneOf(_l("How the work is done"), options=[(d, LABELS[d]) for d in Delivery], kind=Delivery)
    urgency = OneOf(_l("How soon it is needed"), options=[(u, LABELS[u]) for u in Urgency], kind=Urgency)
    earliest_start_on = Day(_l("Earliest start"))
    respond_by_on = Day(
        _l("Last day to respond"),
        hint=_l("Volunteers can answer until the end of this day on your clock. Not after the earliest start."),
    )


class SupervisorForm(SectionForm):
    """Who looks after the volunteer, and what it may cost. `people_form` adds the cost's currency."""

    supervisor = Line(
        _l("Who looks after the volunteer at your institution"),
        hint=_l("A name and a post, or a post alone: “the matron of the children’s ward”."),
        guarded="stops",
        limit=160,
    )


def people_form(currency: str) -> type[SupervisorForm]:
    """The form with an estimate in the programme's currency."""

    class PeopleForm(SupervisorForm):
        """Supervisor and cost."""

        cost_minor = CostField(
            _l("Estimate of what it will cost"),
            currency=currency,
            hint=_l("Data bundles, printing, materials. Leave it empty if it costs nothing."),
            required=False,
        )

    return PeopleForm


class RequestSkillForm(Form):
    """Ask for a skill. The view fills the choices."""

    code = OneOf(_l("Skill"), options=[], missing=_l("Choose a skill"))
    level = OneOf(
        _l("At least at this level"),
        options=[(level, LEVELS[level]) for level in SkillLevel],
        kind=SkillLevel,
        missing=_l("Choose a level"),
    )
    need = OneOf(
        _l("How much it matters"),
        options=[
            ("required", _l("Required: without it nobody can help")),
            ("welcome", _l("Welcome: it would be good")),
        ],
        missing=_l("Choose whether it is required or welcome"),
    )


class RequestLanguageForm(Form):
    """Add a language."""

    language = OneOf(_l("Language"), options=language_options, control="select", missing=_l("Choose a language"))
    level = OneOf(
        _l("At least at this level"),
        options=[(level, LEVELS[level]) for level in LanguageLevel],
        kind=LanguageLevel,
        control="select",
        missing=_l("Choose a level"),
    )


class RequestWindowForm(Form):
    """Add a time on one or more days."""

    weekdays = ManyOf(_l("Days"), options=weekday_options, missing=_l("Tick at least one day"))
    start = TimeOfDay(_l("From"))
    end = TimeOfDay(
        _l("To"), hint=_l("24:00 is the end of the day. A time past midnight, such as 22:00 to 02:00, is kept as two.")
    )


class RequestMessageForm(Form):
    """A decision with words that the other side reads. The view gives the label."""

    message = Block(_l("Your words"), hint=NO_PATIENTS, limit=2000, missing=_l("Write a few words"))


class ConfirmRequestForm(Form):
    """Only a button."""


class ReopenForm(Form):
    """New dates for an expired request."""

    respond_by_on = Day(_l("New last day to respond"))
    earliest_start_on = Day(_l("New earliest start"), required=False, hint=_l("Leave it as it is if it still fits."))
