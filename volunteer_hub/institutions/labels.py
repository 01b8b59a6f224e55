"""Words for this area's choices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.institutions.states import Connectivity, InstitutionKind

LABELS = {
    InstitutionKind.NHS: _l("NHS organisation"),
    InstitutionKind.UK_OTHER: _l("Other UK institution"),
    InstitutionKind.OVERSEAS: _l("Overseas partner"),
    Connectivity.GOOD: _l("Video calls usually work"),
    Connectivity.PATCHY: _l("Voice works, video often breaks"),
    Connectivity.LOW: _l("Messages and e-mail only"),
}
TONES: dict[InstitutionKind, str] = {}

ACTIONS = {
    "institution.added": _l("recorded the institution"),
    "institution.agreement_recorded": _l("recorded a data-sharing agreement"),
}
