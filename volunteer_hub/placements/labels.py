"""Labels, colours and audit texts of this area."""

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
    ReleaseState.GRANTED: _l("Released"),
    ReleaseState.REFUSED: _l("Not released"),
}
TONES = {
    PlacementState.PLANNED: "blue",
    PlacementState.ACTIVE: "green",
    PlacementState.PAUSED: "yellow",
    PlacementState.COMPLETED: "grey",
    PlacementState.ENDED_EARLY: "grey",
    ReleaseState.WAITING: "yellow",
    ReleaseState.GRANTED: "green",
    ReleaseState.REFUSED: "red",
}
ACTIONS = {
    "placement.planned": _l("approved the match and made the placement"),
    "placement.plan_changed": _l("changed the workplan"),
    "placement.plan_agreed": _l("agreed to the workplan"),
    "placement.handed_over": _l("passed the placement on to another director"),
    "placement.active": _l("started the placement"),
    "placement.paused": _l("paused the placement"),
    "placement.completed": _l("completed the placement"),
    "placement.ended_early": _l("ended the placement early"),
    "placement.release_given": _l("the line manager released the volunteer"),
    "placement.release_refused": _l("the line manager said no for now"),
    "release.asked": _l("asked the line manager for the release"),
    "release.chased": _l("reminded the line manager"),
    "release.given": _l("released the volunteer"),
    "release.refused": _l("said no for now"),
    "release.waiting": _l("was asked again"),
}
