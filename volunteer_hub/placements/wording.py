"""Texts on what the start of a placement waits for and what its money is for."""

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
    """Register the labels of the purposes `placement:<id>` for the budget pages."""
    purposes.teach("placement", _purposes)


def _purposes(placement_ids: frozenset[int], viewer: Viewer) -> dict[int, Told]:
    """Labels with the request's title and never a name: finance reads them too. Linked for those who may open them."""
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
    """Return a phrase for each code of `rules.list_start_blockers`; the code `state` has none."""
    phrases = {
        "plan_volunteer": _("the volunteer’s yes to the workplan"),
        "plan_partner": _("the hospital’s yes to the workplan"),
        "release": _("the line manager’s release"),
        "refused": _("the line manager, who has said no for now"),
        "date": _("the day of the start"),
    }
    return [phrases[code] for code in codes if code in phrases]
