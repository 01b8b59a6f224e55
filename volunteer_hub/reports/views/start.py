"""The home page for everybody, and the landing page: one part for each role held, the most urgent first."""

from __future__ import annotations

from flask import redirect, url_for

from volunteer_hub.core.access import Role, allow, public
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import page, viewer
from volunteer_hub.reports import rules, wording
from volunteer_hub.reports.tools import list_tools
from volunteer_hub.reports.views.base import Reply, bp
from volunteer_hub.reports.views.parts import PARTS


@bp.get("/")
@public
def home() -> Reply:
    """What this is and for whom."""
    if viewer().is_authenticated:
        return redirect(url_for(".landing"), 303)
    return page("reports/home.html")


@bp.get("/start")
@allow()
def landing() -> Reply:
    """What waits for the viewer, and what is going on, for each role held."""
    person, instant = viewer(), now()
    made = {role: make(person, instant) for role, make in PARTS.items() if person.has(role)}
    order = rules.sort_by_urgency({role: part["urgency"] for role, part in made.items()})
    parts = [(role, made[role]) for role in order]
    return page("reports/landing.html", parts=parts, instant=instant, reason=wording.attention_reason)


@bp.get("/tools")
@allow(Role.COORDINATOR, Role.ADMIN)
def tools() -> Reply:
    """What runs the programme and the installation."""
    return page("reports/tools.html", groups=list_tools(viewer()))
