"""The public home page, and the landing page: one part for each role of the viewer, the most urgent first."""

from __future__ import annotations

from flask import redirect, url_for

from volunteer_hub.core.access import Role, allow, public
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, page, viewer
from volunteer_hub.reports import rules, wording
from volunteer_hub.reports.tools import list_tools
from volunteer_hub.reports.views.base import bp
from volunteer_hub.reports.views.parts import PARTS


@bp.get("/")
@public
def home() -> Reply:
    """Show what the service is and for whom; a signed-in viewer goes to their landing page."""
    if viewer().is_authenticated:
        return redirect(url_for("reports.landing"), 303)
    return page("reports/home.html")


@bp.get("/start")
@allow()
def landing() -> Reply:
    """Show what needs the viewer's attention and what is going on, for each of their roles."""
    person, instant = viewer(), now()
    by_role = {role: build(person, instant) for role, build in PARTS.items() if person.has(role)}
    order = rules.sort_by_urgency({role: part["urgency"] for role, part in by_role.items()})
    parts = [(role, by_role[role]) for role in order]
    return page("reports/landing.html", parts=parts, instant=instant, reason=wording.attention_reason)


@bp.get("/tools")
@allow(Role.COORDINATOR, Role.ADMIN)
def tools() -> Reply:
    """Show the tools of coordinators and administrators."""
    return page("reports/tools.html", groups=list_tools(viewer()))
