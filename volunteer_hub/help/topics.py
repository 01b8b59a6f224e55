"""The guides, and which part of which guide helps on which page."""

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
"""The template `help/<name>.html` holds the text."""

FOR_ALL = ("account", "patient-data")

TOPICS: dict[str, dict[Role | None, str]] = {
    "accounts": {None: "account"},
    "identity": {None: "account#second-factor"},
    "factor": {None: "account#second-factor"},
    "address": {None: "account#email"},
    "leaving": {Role.ADMIN: "admin#people", None: "coordinator#people"},
    "privacy": {None: "account#data"},
    "privacy_desk": {None: "admin#privacy"},
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
"""For each blueprint the guide and its part, by the first role held; None for everybody else."""


def find_topic(endpoint: str | None, roles: Iterable[Role]) -> str | None:
    """The guide's part that helps on a page, as `guide#part`, or None where no single one does."""
    places = TOPICS.get((endpoint or "").split(".")[0], {})
    held = frozenset(roles)
    return next((place for role, place in places.items() if role is None or role in held), None)


def order_guides(roles: Iterable[Role]) -> list[str]:
    """The guides of one's own roles first, then those for all, then the others."""
    held = frozenset(roles)
    own = [role.value for role in Role if role in held]
    return [*own, *FOR_ALL, *(name for name in GUIDES if name not in {*own, *FOR_ALL})]
