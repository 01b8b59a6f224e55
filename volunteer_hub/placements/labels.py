"""Words for this area's states."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.placements.states import PlacementState, ReleaseState

LABELS = {
    PlacementState.PLANNED: _l("Being planned"),
    PlacementState.ACTIVE: _l("Active"),
    PlacementState.PAUSED: _l("Paused"),
    PlacementState.COMPLETED: _l("Completed"),
    PlacementState.ENDED_EARLY: _l("Ended early"),
    ReleaseState.WAITING: _l("Waiting for the line manager"),
    ReleaseState.GIVEN: _l("Released"),
    ReleaseState.REFUSED: _l("Not released"),
}
TONES = {
    PlacementState.PLANNED: "blue",
    PlacementState.ACTIVE: "green",
    PlacementState.PAUSED: "yellow",
    PlacementState.COMPLETED: "grey",
    PlacementState.ENDED_EARLY: "grey",
    ReleaseState.WAITING: "yellow",
    ReleaseState.GIVEN: "green",
    ReleaseState.REFUSED: "red",
}
ACTIONS: dict[str, str] = {}
