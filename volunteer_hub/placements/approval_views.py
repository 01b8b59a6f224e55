"""The director's pages: candidates of one request side by side, and the approval."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.budgets import queries as budgets
from volunteer_hub.core import money
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.money import Money
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.fit import explain, no_candidates
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching
from volunteer_hub.matching import shortlists
from volunteer_hub.matching.models import Match
from volunteer_hub.placements import service
from volunteer_hub.placements.forms import ApproveForm
from volunteer_hub.vocabulary import queries as vocabulary

bp = Blueprint("approvals", __name__)
Reply = Response | tuple[str, int]


@bp.get("/requests/<id:request_id>/candidates")
@allow(Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)
def candidates(request_id: int) -> Reply:
    """Those who wait for an answer side by side; for directors and coordinators, who else could take it on."""
    today, key = now().date(), request.args.get("after")
    asked_for = matching.get_request_for_host(viewer(), request_id)
    asked = matching.get_request_facts(request_id, today=today)
    decides = matching.is_director_for(viewer(), asked_for)
    looks_after = decides or viewer().has(Role.COORDINATOR)
    waiting = (
        matching.list_waiting_candidates(asked_for, asked, today=today, include_proposed=looks_after)
        if asked.has_agreement
        else []
    )
    possible = None
    if asked.has_agreement and asked.is_open and looks_after:
        came = {one.facts.id for one in waiting if not one.is_invited}
        possible = shortlists.list_shortlist(asked, today=today, key=key, exclude=came)
    return page(
        "placements/candidates.html",
        asked_for=asked_for,
        shares=asked.has_agreement,
        candidates=waiting,
        further=bool(key and possible),
        possible=possible,
        nobody=_why_nobody(possible, asked),
        decides=decides,
        asks_why=looks_after,
        declines=viewer().has(Role.DIRECTOR, Role.PARTNER),
        fund=budgets.find_fund(asked_for.programme_id, asked_for.programme.currency),
        instant=now(),
        vocabulary=vocabulary,
        wording=explain,
    )


def _why_nobody(possible: shortlists.Shortlist | None, asked: RequestFacts) -> list[str]:
    """Sentences for an empty list."""
    if possible is None or possible.rows or possible.preparing:
        return []
    return no_candidates.explain_no_candidates(possible.failed_gates, asked, ready=possible.ready)


@bp.route("/matches/<id:match_id>/approve", methods=["GET", "POST"])
@allow(Role.DIRECTOR)
def approve(match_id: int) -> Reply:
    """Approve, on a page of its own, so that it cannot happen by accident."""
    match = matching.get_for_host(viewer(), match_id, Role.DIRECTOR)
    form = ApproveForm.bind(**_proposal(match))
    if form.accepted():
        with form.refusals():
            placement = service.approve(
                match,
                starts_on=form.starts_on.data,
                objective=form.objective.data,
                allocation_minor=money.parse(
                    form.allocation.data, match.request.programme.currency, field="allocation"
                ).minor,
                message=form.message.data,
                actor=viewer(),
                now=now(),
            )
            return finish(
                url_for("placements.show", placement_id=placement.id),
                _("Approved. The volunteer and the partner have been told."),
            )
        match = matching.get_for_host(viewer(), match_id, Role.DIRECTOR)
    today = now().date()
    shares = shares_data(match.request.institution_id, today=today)
    return page(
        "placements/approve.html",
        form=form,
        match=match,
        shares=shares,
        candidate=matching.get_candidate(match, today=today) if shares else None,
        fund=budgets.find_fund(match.request.programme_id, match.request.programme.currency),
        vocabulary=vocabulary,
        wording=explain,
    )


def _proposal(match: Match) -> dict[str, Any]:
    """What the form proposes: the request's own start and result, and the programme's usual sum."""
    programme = match.request.programme
    start = match.request.earliest_start_on
    result = match.request.expected_result or match.request.title
    return {
        "starts_on": max(start, now().date()) if start else now().date(),
        "objective": " ".join(result.split())[:300],
        "allocation": str(Money(programme.default_allocation_minor, programme.currency).major),
    }
