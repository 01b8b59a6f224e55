"""Labels of gates and restriction kinds.

They are not in matching/labels.py: members of two string enums with the same value are one key of a dictionary.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.fit.rules import Gate, RestrictionKind

LABELS = {
    Gate.NOT_OPEN: _l("The request is open"),
    Gate.NOT_READY: _l("Readiness in date"),
    Gate.AGREEMENT: _l("Data-sharing agreement"),
    Gate.CONFLICT: _l("No conflict of interest"),
    Gate.EXCLUDED: _l("Not excluded by the hospital"),
    Gate.ROLE: _l("Role allowed remotely"),
    Gate.DECLINED_BEFORE: _l("Not declined before"),
    Gate.RELEASED_BEFORE: _l("No placement broken off before"),
    Gate.LANGUAGE: _l("Language floor"),
    Gate.SKILLS: _l("Required skills"),
    Gate.HOURS: _l("Weekly hours free"),
    Gate.DATES: _l("Dates"),
    Gate.OVERLAP: _l("Common hours for live work"),
    Gate.CAPACITY: _l("Room for one more placement"),
    RestrictionKind.CONFLICT: _l("Conflict of interest"),
    RestrictionKind.EXCLUSION: _l("Excluded by the hospital"),
}
TONES: dict[str, str] = {}
ACTIONS: dict[str, object] = {}
