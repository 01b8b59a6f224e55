"""What a placement waits for, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _


def waiting_words(codes: Iterable[str]) -> list[str]:
    """A sentence for each code of rules.what_stops_the_start; nothing for one that is no longer planned."""
    words = {
        "plan_volunteer": _("the volunteer’s yes to the workplan"),
        "plan_partner": _("the hospital’s yes to the workplan"),
        "release": _("the line manager’s release"),
        "refused": _("the line manager, who has said no for now"),
        "date": _("the day of the start"),
    }
    return [words[code] for code in codes if code in words]
