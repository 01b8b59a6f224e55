"""From an empty profile to a ready volunteer. One verb per function."""

from __future__ import annotations

from volunteer_hub.volunteers.service.expiring import warn_of_expiring_checks
from volunteer_hub.volunteers.service.life import (
    come_back,
    lapse_expired,
    listen,
    open_profile,
    pause,
    record_check,
    record_met,
    send_for_checks,
    start_profile,
)
from volunteer_hub.volunteers.service.profile import (
    add_specialty,
    add_windows,
    drop_language,
    drop_skill,
    drop_specialty,
    drop_window,
    name_manager,
    save_availability,
    save_goals,
    save_work,
    set_language,
    set_skill,
)
from volunteer_hub.volunteers.service.settings import change_setting

__all__ = [
    "add_specialty",
    "add_windows",
    "change_setting",
    "come_back",
    "drop_language",
    "drop_skill",
    "drop_specialty",
    "drop_window",
    "lapse_expired",
    "listen",
    "name_manager",
    "open_profile",
    "pause",
    "record_check",
    "record_met",
    "save_availability",
    "save_goals",
    "save_work",
    "send_for_checks",
    "set_language",
    "set_skill",
    "start_profile",
    "warn_of_expiring_checks",
]
