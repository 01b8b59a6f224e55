"""The tools of coordinators and administrators, on one page instead of in a long menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.access import Role, Viewer

STAFF_ROLES = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True)
class Tool:
    """One tool: its page, title and purpose, and the roles that may use it."""

    endpoint: str
    title: Any
    purpose: Any
    roles: tuple[Role, ...] = STAFF_ROLES


TOOLS: tuple[tuple[Any, tuple[Tool, ...]], ...] = (
    (
        _l("People and places"),
        (
            Tool("accounts.people", _l("People"), _l("Accounts and roles; invite, close, hand over.")),
            Tool("institutions.index", _l("Institutions"), _l("Partners and their data-sharing agreements.")),
            Tool("programmes.index", _l("Programmes"), _l("Settings, time limits, who takes part.")),
            Tool("reports.demand_board", _l("Demand and supply"), _l("Where to recruit, and where to pause.")),
            Tool(
                "rounds.index",
                _l("Matching rounds"),
                _l("Start one, look through it, release it."),
                (Role.COORDINATOR,),
            ),
            Tool("imports.index", _l("Imports"), _l("Bring volunteers or institutions in from a file.")),
        ),
    ),
    (
        _l("Words and checks"),
        (
            Tool("vocabulary.index", _l("Skills"), _l("The tree of skills and their other names; merge and retire.")),
            Tool(
                "volunteers.requirements",
                _l("What is checked"),
                _l("Which checks are needed and how long they count."),
            ),
            Tool("matching.current_weights", _l("Weights of the score"), _l("What counts for a match, and how much.")),
            Tool(
                "matching.restrictions",
                _l("Who is kept apart"),
                _l("Conflicts of interest, and hospitals’ wishes."),
                (Role.COORDINATOR,),
            ),
            Tool("mail.templates", _l("Email templates"), _l("Say single sentences in the programme’s own words.")),
        ),
    ),
    (
        _l("Running the service"),
        (
            Tool("mail.outbox", _l("Outbox"), _l("What was sent, what waits, what failed.")),
            Tool("scheduler.index", _l("Jobs"), _l("What runs by itself, when, and how it went.")),
            Tool("reports.audit_log", _l("Audit trail"), _l("Who did what, when; search and export."), (Role.ADMIN,)),
        ),
    ),
    (
        _l("Privacy"),
        (
            Tool(
                "privacy.erasure_requests", _l("Wishes to be erased"), _l("Answer them within a month."), (Role.ADMIN,)
            ),
            Tool("privacy.retention", _l("Retention"), _l("For how long things are kept."), (Role.ADMIN,)),
            Tool("privacy.data_map", _l("Data map"), _l("What each column says about whom.")),
            Tool("patient_data.warnings", _l("Patient-data warnings"), _l("What people were warned of and sent.")),
        ),
    ),
)


def list_tools(viewer: Viewer) -> list[tuple[Any, list[Tool]]]:
    """Return (heading, tools) of the tools that the viewer may use, without empty headings."""
    groups = [(title, [tool for tool in tools if viewer.has(*tool.roles)]) for title, tools in TOOLS]
    return [(title, tools) for title, tools in groups if tools]
