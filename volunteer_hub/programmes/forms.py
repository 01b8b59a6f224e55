"""Forms of the programmes area."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import i18n
from volunteer_hub.core.fields import AmountField, DateField, IntegerField, SingleChoiceField, TextInputField
from volunteer_hub.core.forms import Form
from volunteer_hub.core.money import Money
from volunteer_hub.programmes import rules
from volunteer_hub.programmes.labels import SETTINGS
from volunteer_hub.programmes.models import Programme

YES_NO = {"yes": _l("Yes"), "no": _l("No")}


@lru_cache(maxsize=8)
def _currencies(locale: str) -> list[tuple[str, str]]:
    countries = [code for code in get_global("territory_currencies") if len(code) == 2]
    codes = {currency for country in countries for currency in get_territory_currencies(country)}
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in sorted(codes)]


def currency_options() -> list[tuple[str, str]]:
    """Return (ISO 4217 code, code and name) of every currency in use today."""
    return _currencies(i18n.locale())


def programme_form_values(programme: Programme) -> SimpleNamespace:
    """Return the values of a programme for its form, with a version that is a digest of the settings alone."""
    settings = rules.settings_of(programme)
    answers = vars(settings) | {
        "allocation": str(Money(programme.default_allocation_minor, programme.currency).major),
        "needs_release": "yes" if programme.needs_release else "no",
    }
    return SimpleNamespace(version=rules.settings_version(settings), **answers)


class ProgrammeForm(Form):
    """Change the settings of a programme."""

    name = TextInputField(SETTINGS["name"], limit=120, missing=_l("Enter the programme’s name"))
    funder = TextInputField(SETTINGS["funder"], limit=160, missing=_l("Enter who funds it"))
    starts_on = DateField(SETTINGS["starts_on"], missing=_l("Enter the first day"))
    ends_on = DateField(
        SETTINGS["ends_on"], hint=_l("No request can ask for a start after it."), missing=_l("Enter the last day")
    )
    target_volunteers = IntegerField(
        SETTINGS["target_volunteers"], least=1, most=100_000, width="5", missing=_l("Enter how many volunteers")
    )
    allocation = AmountField(
        SETTINGS["default_allocation_minor"],
        hint=_l("Directors see this amount first when they approve, and may change it. Enter 0 for none."),
        missing=_l("Enter an amount, or 0 for none"),
    )
    needs_release = SingleChoiceField(
        SETTINGS["needs_release"],
        options=YES_NO,
        inline=True,
        hint=_l("Then a placement starts only after the volunteer’s line manager has agreed by an e-mailed link."),
    )
    volunteer_days = IntegerField(
        SETTINGS["volunteer_days"],
        least=1,
        most=rules.MAX_ANSWER_DAYS,
        hint=_l("After an invitation. From 1 to 60."),
        missing=_l("Enter the days for volunteers"),
    )
    director_days = IntegerField(
        SETTINGS["director_days"],
        least=1,
        most=rules.MAX_ANSWER_DAYS,
        hint=_l("After a volunteer came forward. From 1 to 60."),
        missing=_l("Enter the days for directors"),
    )
    release_days = IntegerField(
        SETTINGS["release_days"],
        least=1,
        most=rules.MAX_ANSWER_DAYS,
        hint=_l("After the e-mail that asks for the release. From 1 to 60."),
        missing=_l("Enter the days for line managers"),
    )


class NewProgrammeForm(ProgrammeForm):
    """Add a programme. The currency can be chosen only here."""

    currency = SingleChoiceField(
        _l("Currency"),
        options=currency_options,
        control="select",
        hint=_l("All its money is kept in it. It cannot be changed later."),
        missing=_l("Choose the currency"),
    )


class AddInstitutionForm(Form):
    """Add an institution to a programme. The view sets the options."""

    institution = SingleChoiceField(
        _l("Institution"), options=[], control="select", missing=_l("Choose the institution"), id="institution"
    )
