"""Operations on volunteers: profile, readiness, requirements, expiry warnings."""

from __future__ import annotations

from volunteer_hub.volunteers.service.expiry_warnings import warn_of_expiring_checks
from volunteer_hub.volunteers.service.lifecycle import (
    expire_readiness,
    open_profile,
    pause,
    record_check,
    record_passed_checks,
    resume,
    send_for_checks,
    start_profile,
    subscribe,
)
from volunteer_hub.volunteers.service.profile import (
    add_specialty,
    add_windows,
    remove_language,
    remove_skill,
    remove_specialty,
    remove_window,
    save_availability,
    save_goals,
    save_work,
    set_language,
    set_line_manager,
    set_skill,
)
from volunteer_hub.volunteers.service.requirements import change_requirement

__all__ = [
    "add_specialty",
    "add_windows",
    "change_requirement",
    "expire_readiness",
    "open_profile",
    "pause",
    "record_check",
    "record_passed_checks",
    "remove_language",
    "remove_skill",
    "remove_specialty",
    "remove_window",
    "resume",
    "save_availability",
    "save_goals",
    "save_work",
    "send_for_checks",
    "set_language",
    "set_line_manager",
    "set_skill",
    "start_profile",
    "subscribe",
    "warn_of_expiring_checks",
]
