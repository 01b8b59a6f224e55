"""Forms of the institutions area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import Day, Line, OneOf
from volunteer_hub.core.forms import Form
from volunteer_hub.core.times import zone_names
from volunteer_hub.institutions.labels import LABELS
from volunteer_hub.institutions.states import Connectivity


def zone_options() -> list[tuple[str, str]]:
    """Every time zone as (IANA name, readable name)."""
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


class InstitutionForm(Form):
    """Record an overseas partner. The view fills the countries."""

    name = Line(_l("Name"), limit=160, missing=_l("Enter the institution’s name"))
    town = Line(_l("Town"), limit=80, missing=_l("Enter the town"))
    country = OneOf(_l("Country"), options=[], control="select", missing=_l("Choose the country"))
    time_zone = OneOf(
        _l("Time zone"),
        options=zone_options,
        control="select",
        required=False,
        hint=_l("Leave it empty for the usual one of the country."),
    )
    connectivity = OneOf(
        _l("How good the line usually is"), options=[(c, LABELS[c]) for c in Connectivity], kind=Connectivity
    )


class AgreementForm(Form):
    """Record a data-sharing agreement."""

    reference = Line(
        _l("Reference"),
        guarded=False,
        hint=_l("Where the signed paper is kept."),
        limit=120,
        missing=_l("Enter the reference"),
    )
    signed_on = Day(_l("Signed on"))
    expires_on = Day(_l("Last day"), required=False, hint=_l("Leave it empty if it has no end."))
