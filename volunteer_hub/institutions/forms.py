"""Forms of the institutions area."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from types import SimpleNamespace

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import CheckboxesField, DateField, SingleChoiceField, TextInputField
from volunteer_hub.core.forms import Difference, Form, display_value
from volunteer_hub.core.times import zone_names
from volunteer_hub.institutions.labels import LABELS
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import Connectivity


def zone_options() -> list[tuple[str, str]]:
    """Return every time zone as (IANA name, readable name)."""
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


DEFAULT_LANGUAGE_CODES = ("en", "fr", "pt", "es", "ar", "sw")


def language_options(*known: str) -> list[tuple[str, str]]:
    """Return (code, name) of the common languages and of those in `known`, by name.

    `known` are texts of codes separated by `|`.
    """
    codes = {*DEFAULT_LANGUAGE_CODES, *(code for text in known for code in text.split("|") if code)}
    names = Locale.parse(str(get_locale() or "en")).languages
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])


def with_version(**answers: object) -> SimpleNamespace:
    """Return form values with a version that is their digest, for rows without a version column."""
    digest = hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=digest, **answers)


def institution_form_values(institution: Institution) -> SimpleNamespace:
    """Return the values of an institution for its form, with a version."""
    return with_version(
        name=institution.name,
        town=institution.town,
        time_zone=institution.time_zone,
        languages=institution.languages.split("|"),
        connectivity=institution.connectivity,
    )


def join_languages(codes: Iterable[str], stored: str) -> str:
    """Return ticked language codes as they are stored, separated by `|`.

    Codes that were stored before keep their order and come first, as the first language is the main one.
    """
    ticked, known = set(codes), [code for code in stored.split("|") if code]
    return "|".join([code for code in known if code in ticked] + sorted(ticked - set(known)))


class InstitutionForm(Form):
    """Record an overseas partner. The view sets the options of the country."""

    name = TextInputField(_l("Name"), limit=160, missing=_l("Enter the institution’s name"))
    town = TextInputField(_l("Town"), limit=80, missing=_l("Enter the town"))
    country = SingleChoiceField(_l("Country"), options=[], control="select", missing=_l("Choose the country"))
    time_zone = SingleChoiceField(
        _l("Time zone"),
        options=zone_options,
        control="select",
        required=False,
        hint=_l("Leave it empty for the usual one of the country."),
    )
    connectivity = SingleChoiceField(
        _l("How good the line usually is"), options=[(c, LABELS[c]) for c in Connectivity], kind=Connectivity
    )


class ChangeInstitutionForm(Form):
    """Change an institution; the country cannot change. The view sets the options of the languages."""

    name = TextInputField(_l("Name"), limit=160, missing=_l("Enter the institution’s name"))
    town = TextInputField(_l("Town"), limit=80, missing=_l("Enter the town"))
    time_zone = SingleChoiceField(
        _l("Time zone"),
        options=zone_options,
        control="select",
        hint=_l("The times in its requests are on this clock. Change it only to put a mistake right."),
    )
    languages = CheckboxesField(_l("Languages"), options=[], missing=_l("Tick at least one language"))
    connectivity = SingleChoiceField(
        _l("How good the line usually is"), options=[(c, LABELS[c]) for c in Connectivity], kind=Connectivity
    )


def differences(form: ChangeInstitutionForm, row: SimpleNamespace) -> list[Difference]:
    """Return the differences between the stored and the submitted values, if the stored ones changed meanwhile.

    Languages are shown by name. A conflict without a visible difference gives one empty `Difference`.
    """
    if not form.has_conflicting_edit(row):
        return []
    stored = ChangeInstitutionForm(None, obj=row)
    stored.languages.options = form.languages.options
    pairs = [(submitted, stored[submitted.name]) for submitted in form if submitted.name != "version"]
    compared = [Difference(mine.label.text, display_value(theirs), display_value(mine)) for mine, theirs in pairs]
    return [difference for difference in compared if difference.theirs != difference.yours] or [Difference("", "", "")]


class EndAgreementForm(Form):
    """End an agreement early."""

    last_on = DateField(_l("Last day"), hint=_l("After this day its people see no volunteer’s data."))
    reason = TextInputField(_l("Why"), limit=300, missing=_l("Say why in a few words; they stay in the history"))


class PartnershipForm(Form):
    """Record a partnership of an overseas partner. The view sets the options of UK institutions."""

    uk = SingleChoiceField(_l("UK institution"), options=[], control="select", missing=_l("Choose the UK institution"))
    theme = TextInputField(_l("What they work on together"), limit=200, missing=_l("Say what they work on together"))


class AgreementForm(Form):
    """Record a data-sharing agreement."""

    reference = TextInputField(
        _l("Reference"),
        guarded="stops",
        hint=_l("Where the signed paper is kept."),
        limit=120,
        missing=_l("Enter the reference"),
    )
    signed_on = DateField(_l("Signed on"))
    expires_on = DateField(_l("Last day"), required=False, hint=_l("Leave it empty if it has no end."))
