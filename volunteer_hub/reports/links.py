"""Addresses of the rows behind a figure: each list shows exactly the rows that were counted."""

from __future__ import annotations

import enum
from typing import Any

from flask import current_app, url_for

from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.mail.states import MailState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.reports.queries.attention import AttentionItem
from volunteer_hub.reports.states import Attention
from volunteer_hub.volunteers.states import VolunteerState

A = Attention
LIST_PAGES: dict[type[enum.StrEnum], str] = {
    VolunteerState: "volunteers.readiness_queue",
    RequestState: "partner_requests.index",
    PlacementState: "placements.index",
    AccountState: "accounts.people",
    MailState: "mail.outbox",
}
ROW_PAGES: dict[Attention, tuple[str, str]] = {
    A.DECISION_LATE: ("matching.match", "match_id"),
    A.DECISION_WAITING: ("matching.match", "match_id"),
    A.INVITATION: ("matching.open_request", "request_id"),
    A.CANDIDATES: ("placements.candidates", "request_id"),
    A.START_PASSED: ("placements.show", "placement_id"),
    A.ROUND_READY: ("rounds.show", "round_id"),
    A.MAIL_TROUBLE: ("mail.email", "mail_id"),
    A.REQUEST_UNANSWERED: ("partner_requests.show", "request_id"),
    A.REQUEST_TO_OPEN: ("partner_requests.show", "request_id"),
    A.PLAN_TO_AGREE: ("placements.show", "placement_id"),
    A.RETURNED: ("partner_requests.show", "request_id"),
    A.LAPSED: ("volunteers.readiness", "volunteer_id"),
    A.AGREEMENT_MISSING: ("institutions.show", "institution_id"),
    A.PROFILE_WAITING: ("volunteers.readiness", "volunteer_id"),
    A.PLACEMENT_QUIET: ("placements.show", "placement_id"),
    A.NO_CANDIDATE: ("placements.candidates", "request_id"),
    A.CHECK_EXPIRING: ("volunteers.readiness", "volunteer_id"),
    A.AGREEMENT_EXPIRING: ("institutions.show", "institution_id"),
    A.FUND_LOW: ("budgets.fund", "fund_id"),
    A.ERASURE: ("privacy.erasure_request", "erasure_request_id"),
    A.DRAFT: ("partner_requests.show", "request_id"),
}
"""(endpoint, name of its parameter) of the page of one row; hours have their own pages, by placement."""

LOG_HOURS_PAGE, PLACEMENT_HOURS_PAGE = "hours.log", "hours.of_placement"
"""Endpoints that log and show the hours of one placement."""
HOURS_KINDS = frozenset({A.HOURS_QUERIED, A.HOURS_LATE, A.HOURS_TO_CONFIRM})


def _url(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page; None where this installation has no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def role_param(viewer: Viewer, role: Role) -> dict[str, Any]:
    """Return the query parameter that narrows a list to one role's scope; empty for a viewer with one role."""
    return {"as": role.value} if len(viewer.roles) > 1 else {}


def state_list_url(state: enum.StrEnum, *, viewer: Viewer, role: Role) -> str | None:
    """Return the list of the rows in one state, within the scope of one role."""
    return _url(LIST_PAGES[type(state)], state=state.value, **role_param(viewer, role))


def attention_list_url(kind: Attention, *, viewer: Viewer, role: Role) -> str:
    """Return the list of all items of one kind that need attention."""
    return url_for("reports.attention", what=kind.value, **role_param(viewer, role))


def item_url(item: AttentionItem) -> str | None:
    """Return the page of one item that needs attention."""
    if item.kind in HOURS_KINDS:
        return placement_hours_url(item.id)
    endpoint, name = ROW_PAGES[item.kind]
    return _url(endpoint, **{name: item.id})


def log_hours_url(placement_id: int) -> str | None:
    """Return the page that logs hours on a placement; None where this installation has none."""
    return _url(LOG_HOURS_PAGE, placement=placement_id)


def placement_hours_url(placement_id: int) -> str:
    """Return the page of a placement's hours; the placement's page where this installation has none."""
    return _url(PLACEMENT_HOURS_PAGE, placement_id=placement_id) or url_for(
        "placements.show", placement_id=placement_id
    )


def fund_urls(fund_id: int) -> tuple[str, str, str, str]:
    """Return the pages behind a fund's spent, reserved, allocated and free amounts, in this order."""
    allocations = url_for("reports.allocations", fund_id=fund_id)
    return allocations, allocations, allocations, url_for("budgets.fund", fund_id=fund_id)


def job_list_url() -> str | None:
    """Return the list of jobs and their runs; None where this installation has none."""
    return _url("scheduler.index")
