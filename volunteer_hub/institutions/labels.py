"""Labels and colours of institutions, agreements and audit actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.institutions.states import AgreementStatus, Connectivity, InstitutionKind

LABELS = {
    InstitutionKind.NHS: _l("NHS organisation"),
    InstitutionKind.UK_OTHER: _l("Other UK institution"),
    InstitutionKind.OVERSEAS: _l("Overseas partner"),
    Connectivity.GOOD: _l("Video calls usually work"),
    Connectivity.PATCHY: _l("Voice works, video often breaks"),
    Connectivity.LOW: _l("Messages and e-mail only"),
    AgreementStatus.IN_FORCE: _l("Agreement in force"),
    AgreementStatus.EXPIRING: _l("Agreement runs out soon"),
    AgreementStatus.ENDED: _l("Agreement ended"),
    AgreementStatus.NONE: _l("No agreement"),
}
TONES = {
    AgreementStatus.IN_FORCE: "green",
    AgreementStatus.EXPIRING: "yellow",
    AgreementStatus.ENDED: "red",
    AgreementStatus.NONE: "orange",
}
DETAILS = {
    "name": _l("Name"),
    "town": _l("Town"),
    "time_zone": _l("Time zone"),
    "languages": _l("Languages"),
    "connectivity": _l("How good the line usually is"),
}

ACTIONS = {
    "institution.added": _l("recorded the institution"),
    "institution.changed": _l("changed the details"),
    "institution.agreement_ended": _l("ended a data-sharing agreement early"),
    "institution.partnership_added": _l("recorded a partnership"),
    "institution.partnership_removed": _l("removed a partnership"),
    "institution.agreement_recorded": _l("recorded a data-sharing agreement"),
}
