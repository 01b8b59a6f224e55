"""Operations on placements: approval, workplan, line manager's release, pauses and completion, handover."""

from volunteer_hub.placements.service.approval import approve
from volunteer_hub.placements.service.handover import hand_over
from volunteer_hub.placements.service.manager_release import answer_release, remind_managers, request_release_again
from volunteer_hub.placements.service.pauses import complete, complete_placements, pause, resume
from volunteer_hub.placements.service.permissions import list_start_blockers
from volunteer_hub.placements.service.workplan import (
    NOT_PERMITTED,
    agree,
    change_plan,
    end_early,
    notify_seats_available,
    start,
)

__all__ = [
    "NOT_PERMITTED",
    "agree",
    "answer_release",
    "approve",
    "change_plan",
    "complete",
    "complete_placements",
    "end_early",
    "hand_over",
    "list_start_blockers",
    "notify_seats_available",
    "pause",
    "remind_managers",
    "request_release_again",
    "resume",
    "start",
]
