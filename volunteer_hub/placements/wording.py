"""Texts on what the start of a placement waits for."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _


def describe_start_blockers(codes: Iterable[str]) -> list[str]:
    """Return a phrase for each code of `rules.list_start_blockers`; the code `state` has none."""
    phrases = {
        "plan_volunteer": _("the volunteer’s yes to the workplan"),
        "plan_partner": _("the hospital’s yes to the workplan"),
        "release": _("the line manager’s release"),
        "refused": _("the line manager, who has said no for now"),
        "date": _("the day of the start"),
    }
    return [phrases[code] for code in codes if code in phrases]
