"""What a placement waits for, and what its money is for, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, url_for
from flask_babel import gettext as _

from volunteer_hub.budgets import purposes
from volunteer_hub.budgets.purposes import Told
from volunteer_hub.core.access import Viewer, may_enter
from volunteer_hub.placements import queries

PAGE = "placements.show"


def teach() -> None:
    """Give the pages about money words for `placement:12`."""
    purposes.teach("placement", _purposes)


def _purposes(placement_ids: frozenset[int], viewer: Viewer) -> dict[int, Told]:
    """The title of what is worked on, never a name: finance and funders read it too. A link for those in reach."""
    if not placement_ids:
        return {}
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    return {
        row.id: Told(
            _("Placement %(id)s: %(title)s", id=row.id, title=row.title),
            url_for(PAGE, placement_id=row.id) if may_open and row.in_reach else None,
        )
        for row in queries.list_titles(placement_ids, viewer)
    }


def describe_start_blockers(codes: Iterable[str]) -> list[str]:
    """A sentence for each code of rules.what_stops_the_start; nothing for one that is no longer planned."""
    words = {
        "plan_volunteer": _("the volunteer’s yes to the workplan"),
        "plan_partner": _("the hospital’s yes to the workplan"),
        "release": _("the line manager’s release"),
        "refused": _("the line manager, who has said no for now"),
        "date": _("the day of the start"),
    }
    return [words[code] for code in codes if code in words]
