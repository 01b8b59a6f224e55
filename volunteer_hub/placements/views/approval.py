"""The director's pages: the candidates of a request side by side, and the approval of one."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.budgets import queries as budgets
from volunteer_hub.core import money
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.money import Money
from volunteer_hub.core.query_values import query_values
from volunteer_hub.fit import explain, no_candidates
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching
from volunteer_hub.matching import rules as match_rules
from volunteer_hub.matching import shortlists
from volunteer_hub.matching.models import Match
from volunteer_hub.placements import service
from volunteer_hub.placements.forms import ApproveForm
from volunteer_hub.placements.views.base import bp
from volunteer_hub.vocabulary import queries as vocabulary


@bp.get("/requests/<id:request_id>/candidates")
@allow(Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)
def candidates(request_id: int) -> Reply:
    """List the candidates who await an answer; for directors and coordinators also who else could be invited."""
    today, key = today_for(), query_values().page_key
    partner_request = matching.get_request_for_host(viewer(), request_id)
    facts = matching.get_request_facts(request_id, today=today)
    is_director = matching.is_director_for(viewer(), partner_request)
    may_see_shortlist = is_director or viewer().has(Role.COORDINATOR)
    waiting = (
        matching.list_waiting_candidates(partner_request, facts, today=today, include_proposed=may_see_shortlist)
        if facts.has_agreement
        else []
    )
    shortlist = None
    if facts.has_agreement and facts.is_open and may_see_shortlist:
        applicants = {candidate.facts.id for candidate in waiting if not candidate.is_invited}
        shortlist = shortlists.list_shortlist(facts, today=today, key=key, exclude=applicants)
    return page(
        "placements/candidates.html",
        partner_request=partner_request,
        shares=facts.has_agreement,
        candidates=waiting,
        is_later_page=bool(key and shortlist),
        shortlist=shortlist,
        empty_reasons=_explain_empty(shortlist, facts),
        is_director=is_director,
        can_decide=match_rules.can_decide,
        may_explain=may_see_shortlist,
        may_decline=viewer().has(Role.DIRECTOR, Role.PARTNER),
        fund=budgets.find_fund(partner_request.programme_id, partner_request.programme.currency),
        instant=now(),
        vocabulary=vocabulary,
        wording=explain,
    )


def _explain_empty(shortlist: shortlists.Shortlist | None, facts: RequestFacts) -> list[str]:
    """Sentences on why the shortlist is empty; none when it is not."""
    if shortlist is None or shortlist.rows or shortlist.preparing:
        return []
    return no_candidates.explain_no_candidates(shortlist.failed_gates, facts, ready=shortlist.ready)


@bp.route("/matches/<id:match_id>/approve", methods=["GET", "POST"])
@allow(Role.DIRECTOR)
def approve(match_id: int) -> Reply:
    """Approve a match, on a page of its own so that it cannot happen by accident."""
    match = matching.get_for_host(viewer(), match_id, Role.DIRECTOR)
    form = ApproveForm.bind(**_defaults(match))
    if form.validate_on_submit():
        with form.catch_domain_errors():
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
    today = today_for()
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


def _defaults(match: Match) -> dict[str, Any]:
    """Initial values of the form: the request's start and expected result, and the programme's default allocation."""
    programme = match.request.programme
    start = match.request.earliest_start_on
    result = match.request.expected_result or match.request.title
    return {
        "starts_on": max(start, today_for()) if start else today_for(),
        "objective": " ".join(result.split())[:300],
        "allocation": str(Money(programme.default_allocation_minor, programme.currency).major),
    }
