"""The guides, and the section of a guide that explains each page."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.access import Role

GUIDES = {
    "volunteer": _l("For volunteers"),
    "partner": _l("For partner contacts"),
    "director": _l("For overseas Directors"),
    "coordinator": _l("For coordinators"),
    "finance": _l("For finance officers"),
    "funder": _l("For funders"),
    "admin": _l("For administrators"),
    "account": _l("Your account and signing in"),
    "patient-data": _l("No patient data"),
}
"""By name, which is also the name of the template under `help/`."""

COMMON_GUIDES = ("account", "patient-data")

TOPICS: dict[str, dict[Role | None, str]] = {
    "accounts": {None: "account"},
    "accounts.identity": {None: "account#second-factor"},
    "accounts.second_factor": {None: "account#second-factor"},
    "accounts.email_change": {None: "account#email"},
    "accounts.people": {Role.ADMIN: "admin#people", None: "coordinator#people"},
    "accounts.deactivation": {Role.ADMIN: "admin#people", None: "coordinator#people"},
    "privacy": {None: "account#data"},
    "privacy.administration": {None: "admin#privacy"},
    "patient_data": {None: "patient-data#guard"},
    "volunteers": {None: "volunteer#profile"},
    "volunteers.readiness": {None: "coordinator#readiness"},
    "volunteers.requirements": {None: "admin#skills"},
    "matching": {None: "volunteer#find"},
    "matching.weights": {None: "coordinator#matching"},
    "matching.overrides": {None: "coordinator#matching"},
    "matching.exclusions": {
        Role.COORDINATOR: "coordinator#matching",
        Role.PARTNER: "partner#candidates",
        Role.DIRECTOR: "director#candidates",
        None: "volunteer#profile",
    },
    "matching.matches": {
        Role.DIRECTOR: "director#candidates",
        Role.PARTNER: "partner#candidates",
        None: "coordinator#decisions",
    },
    "matching.explanations": {
        Role.VOLUNTEER: "volunteer#find",
        Role.DIRECTOR: "director#candidates",
        None: "coordinator#decisions",
    },
    "rounds": {None: "coordinator#rounds"},
    "rounds.settings": {None: "coordinator#matching"},
    "partner_requests": {Role.PARTNER: "partner#request", Role.DIRECTOR: "director#open", None: "coordinator#requests"},
    "placements": {
        Role.VOLUNTEER: "volunteer#placement",
        Role.PARTNER: "partner#placement",
        Role.DIRECTOR: "director#placement",
        None: "coordinator#placements",
    },
    "placements.approval": {Role.DIRECTOR: "director#approve", None: "coordinator#decisions"},
    "placements.workplan": {Role.VOLUNTEER: "volunteer#placement", None: "partner#placement"},
    "placements.manager_release": {},
    "reports": {},
    "reports.board": {Role.DIRECTOR: "director#board", None: "coordinator#board"},
    "reports.audit_log": {None: "admin#trail"},
    "hours": {Role.VOLUNTEER: "volunteer#hours", Role.PARTNER: "partner#hours", None: "director#hours"},
    "budgets": {Role.FINANCE: "finance#money", Role.FUNDER: "funder#money", None: "coordinator#money"},
    "institutions": {None: "coordinator#institutions"},
    "programmes": {None: "coordinator#programmes"},
    "imports": {None: "coordinator#import"},
    "vocabulary": {None: "admin#skills"},
    "mail": {None: "admin#emails"},
    "mail.dev_mail": {},
    "scheduler": {None: "admin#jobs"},
}
"""Guide and section by role: for an area, and for a module of its views that another section explains.

The first role held counts, None stands for all other roles.
"""


def find_topic(view_module: str, roles: Iterable[Role]) -> str | None:
    """Return the section for the pages of a module of views as `guide#section`; None if there is none."""
    area, _, module = view_module.removeprefix("volunteer_hub.").partition(".views")
    topics = TOPICS.get(area + module, TOPICS.get(area, {}))
    own_roles = frozenset(roles)
    return next((topic for role, topic in topics.items() if role is None or role in own_roles), None)


def order_guides(roles: Iterable[Role]) -> list[str]:
    """Return the guides for these roles first, then the common ones, then the others."""
    own_roles = frozenset(roles)
    own = [role.value for role in Role if role in own_roles]
    return [*own, *COMMON_GUIDES, *(name for name in GUIDES if name not in {*own, *COMMON_GUIDES})]
