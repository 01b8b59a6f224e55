"""Labels, colours and audit texts of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.hours.states import HoursKind, HoursState

LABELS = {
    HoursState.LOGGED: _l("To be confirmed"),
    HoursState.QUERIED: _l("Queried"),
    HoursState.CONFIRMED: _l("Confirmed"),
    HoursState.WITHDRAWN: _l("Withdrawn"),
    HoursKind.PREPARATION: _l("Preparation"),
    HoursKind.DELIVERY: _l("Delivery"),
    HoursKind.FOLLOW_UP: _l("Follow-up"),
    HoursKind.COORDINATION: _l("Coordination"),
}
TONES = {
    HoursState.LOGGED: "yellow",
    HoursState.QUERIED: "orange",
    HoursState.CONFIRMED: "green",
    HoursState.WITHDRAWN: "grey",
}
ACTIONS = {
    "hours.logged": _l("logged hours"),
    "hours.corrected": _l("corrected hours"),
    "hours.exported": _l("downloaded a list of hours"),
    "hours_entry.logged": _l("answered a query about hours"),
    "hours_entry.queried": _l("queried hours"),
    "hours_entry.confirmed": _l("confirmed hours"),
    "hours_entry.withdrawn": _l("withdrew hours"),
}
