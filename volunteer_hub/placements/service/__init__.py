"""The verbs of this area, one file for each part of a placement's life."""

from volunteer_hub.placements.service.approving import approve
from volunteer_hub.placements.service.handing import hand_over
from volunteer_hub.placements.service.pausing import complete, complete_placements, pause, resume
from volunteer_hub.placements.service.releasing import answer_release, ask_release_again, chase_releases
from volunteer_hub.placements.service.working import (
    NOT_YOURS,
    agree,
    change_plan,
    end_early,
    pass_on_ended,
    start,
    waits_for,
)

__all__ = [
    "NOT_YOURS",
    "agree",
    "answer_release",
    "approve",
    "ask_release_again",
    "change_plan",
    "chase_releases",
    "complete",
    "complete_placements",
    "end_early",
    "hand_over",
    "pass_on_ended",
    "pause",
    "resume",
    "start",
    "waits_for",
]
