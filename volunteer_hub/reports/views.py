"""The home page for everybody, and the landing page of each role."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts.states import AccountState
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.core.access import Role, allow, public
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import page, viewer
from volunteer_hub.hours.rules import OPEN
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching import queries as matching
from volunteer_hub.matching.states import WAITING
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.reports import queries
from volunteer_hub.volunteers.states import VolunteerState

bp = Blueprint("reports", __name__)
Reply = Response | tuple[str, int]


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
    person = viewer()
    parts = {role: PARTS[role]() for role in PARTS if person.has(role)}
    return page("reports/landing.html", parts=parts, instant=now(), states=RequestState)


def _volunteer() -> dict[str, Any]:
    matches = matching.mine(viewer(), limit=20)
    volunteer = queries.my_state(viewer())
    placements = queries.my_placements(viewer())
    return {
        "volunteer": volunteer,
        "next_step": next_step(volunteer.state if volunteer else VolunteerState.REGISTERED),
        "ready": VolunteerState.READY,
        "waiting": [match for match in matches if match.state in WAITING],
        "answered": [match for match in matches if match.state not in WAITING][:5],
        "placements": placements,
        "can_log": any(one.state in OPEN for one in placements),
    }


def next_step(state: VolunteerState) -> str:
    """What a volunteer who is not ready does or waits for."""
    return {
        VolunteerState.CHECKING: _("Your profile is with the coordinator, who makes the checks. You get an e-mail."),
        VolunteerState.LAPSED: _("A check has run out. The coordinator asks you for what is needed."),
        VolunteerState.PAUSED: _("You are taking a break. Come back on your profile’s page."),
        VolunteerState.LEFT: _("You have left. Ask the coordinator if you want to come back."),
    }.get(state, _("Complete your profile and send it for checks. It is saved bit by bit."))


def _partner() -> dict[str, Any]:
    return {
        "requests": queries.requests_by_state(viewer(), Role.PARTNER),
        "returned": queries.requests_in(viewer(), RequestState.RETURNED, Role.PARTNER),
        "drafts": queries.requests_in(viewer(), RequestState.DRAFT, Role.PARTNER),
        "come_forward": queries.with_candidates(viewer(), Role.PARTNER),
        "planned": queries.placements_to_plan(viewer(), Role.PARTNER),
        "placements": queries.placements_by_state(viewer(), Role.PARTNER),
    }


def _director() -> dict[str, Any]:
    return {
        "requests": queries.requests_by_state(viewer(), Role.DIRECTOR),
        "submitted": queries.requests_in(viewer(), RequestState.SUBMITTED, Role.DIRECTOR),
        "decisions": queries.decisions(viewer(), Role.DIRECTOR, now=now()),
        "planned": queries.placements_to_plan(viewer(), Role.DIRECTOR),
        "placements": queries.placements_by_state(viewer(), Role.DIRECTOR),
    }


def _coordinator() -> dict[str, Any]:
    return {
        "volunteers": queries.volunteers_by_state(VolunteerState),
        "requests": queries.requests_by_state(viewer(), Role.COORDINATOR),
        "decisions": queries.decisions(viewer(), Role.COORDINATOR, now=now()),
        "placements": queries.placements_by_state(viewer(), Role.COORDINATOR),
        "submitted": queries.requests_in(viewer(), RequestState.SUBMITTED, Role.COORDINATOR),
        "planned": queries.placements_to_plan(viewer(), Role.COORDINATOR),
        "funds": budgets.funds(),
    }


def _finance() -> dict[str, Any]:
    return {"funds": budgets.funds()}


def _funder() -> dict[str, Any]:
    requests, placements = queries.totals()
    volunteers = queries.volunteers_by_state(VolunteerState)
    return {"volunteers": volunteers, "requests": requests, "placements": placements, "funds": budgets.funds()}


def _admin() -> dict[str, Any]:
    return {"accounts": queries.accounts_by_state(AccountState), "mail": queries.mail_by_state(MailState)}


PARTS = {
    Role.VOLUNTEER: _volunteer,
    Role.PARTNER: _partner,
    Role.DIRECTOR: _director,
    Role.COORDINATOR: _coordinator,
    Role.FINANCE: _finance,
    Role.FUNDER: _funder,
    Role.ADMIN: _admin,
}
