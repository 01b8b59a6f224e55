"""Words for this area's states."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.programmes.states import ProgrammeState

LABELS = {
    ProgrammeState.DRAFT: _l("In preparation"),
    ProgrammeState.ACTIVE: _l("Running"),
    ProgrammeState.CLOSED: _l("Closed"),
}
TONES = {ProgrammeState.DRAFT: "grey", ProgrammeState.ACTIVE: "green", ProgrammeState.CLOSED: "grey"}
ACTIONS: dict[str, str] = {}
