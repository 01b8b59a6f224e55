"""Words and colours of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.imports.states import ImportKind, ImportState

LABELS = {
    ImportKind.VOLUNTEERS: _l("Volunteers"),
    ImportKind.INSTITUTIONS: _l("Institutions"),
    ImportState.CHECKED: _l("Checked"),
    ImportState.DONE: _l("Imported"),
    ImportState.DISCARDED: _l("Discarded"),
}
TONES = {
    ImportState.CHECKED: "yellow",
    ImportState.DONE: "green",
    ImportState.DISCARDED: "grey",
}
ACTIONS: dict[str, str] = {}
