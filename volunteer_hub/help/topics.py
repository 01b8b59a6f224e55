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
    "identity": {None: "account#second-factor"},
    "second_factor": {None: "account#second-factor"},
    "email_change": {None: "account#email"},
    "deactivation": {Role.ADMIN: "admin#people", None: "coordinator#people"},
    "privacy": {None: "account#data"},
    "privacy_admin": {None: "admin#privacy"},
    "patient_data": {None: "patient-data#guard"},
    "volunteers": {None: "volunteer#profile"},
    "matching": {None: "volunteer#find"},
    "weights": {None: "coordinator#matching"},
    "overrides": {None: "coordinator#matching"},
    "round_settings": {None: "coordinator#matching"},
    "exclusions": {
        Role.COORDINATOR: "coordinator#matching",
        Role.PARTNER: "partner#candidates",
        Role.DIRECTOR: "director#candidates",
        None: "volunteer#profile",
    },
    "readiness": {None: "coordinator#readiness"},
    "matches": {
        Role.DIRECTOR: "director#candidates",
        Role.PARTNER: "partner#candidates",
        None: "coordinator#decisions",
    },
    "explanations": {
        Role.VOLUNTEER: "volunteer#find",
        Role.DIRECTOR: "director#candidates",
        None: "coordinator#decisions",
    },
    "rounds": {None: "coordinator#rounds"},
    "round_results": {None: "coordinator#rounds"},
    "approvals": {Role.DIRECTOR: "director#approve", None: "coordinator#decisions"},
    "partner_requests": {Role.PARTNER: "partner#request", Role.DIRECTOR: "director#open", None: "coordinator#requests"},
    "placements": {
        Role.VOLUNTEER: "volunteer#placement",
        Role.PARTNER: "partner#placement",
        Role.DIRECTOR: "director#placement",
        None: "coordinator#placements",
    },
    "workplan": {Role.VOLUNTEER: "volunteer#placement", None: "partner#placement"},
    "board": {Role.DIRECTOR: "director#board", None: "coordinator#board"},
    "hours": {Role.VOLUNTEER: "volunteer#hours", Role.PARTNER: "partner#hours", None: "director#hours"},
    "budgets": {Role.FINANCE: "finance#money", Role.FUNDER: "funder#money", None: "coordinator#money"},
    "people": {Role.ADMIN: "admin#people", None: "coordinator#people"},
    "institutions": {None: "coordinator#institutions"},
    "programmes": {None: "coordinator#programmes"},
    "imports": {None: "coordinator#import"},
    "skills": {None: "admin#skills"},
    "readiness_requirements": {None: "admin#skills"},
    "agreements": {None: "coordinator#institutions"},
    "outbox": {None: "admin#emails"},
    "wording": {None: "admin#emails"},
    "jobs": {None: "admin#jobs"},
    "audit_trail": {None: "admin#trail"},
}
"""Guide and section by blueprint and role; the first role held counts, None stands for all other roles."""


def find_topic(endpoint: str | None, roles: Iterable[Role]) -> str | None:
    """Return the section for a page as `guide#section`; None if there is none."""
    topics = TOPICS.get((endpoint or "").split(".")[0], {})
    own_roles = frozenset(roles)
    return next((topic for role, topic in topics.items() if role is None or role in own_roles), None)


def order_guides(roles: Iterable[Role]) -> list[str]:
    """Return the guides for these roles first, then the common ones, then the others."""
    own_roles = frozenset(roles)
    own = [role.value for role in Role if role in own_roles]
    return [*own, *COMMON_GUIDES, *(name for name in GUIDES if name not in {*own, *COMMON_GUIDES})]
