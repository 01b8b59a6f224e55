"""Explanation of one pair: why it is matched or not; and what would open most requests to a volunteer."""

from __future__ import annotations

from typing import Any

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import today_for
from volunteer_hub.core.http import Reply, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.matching import queries, rules
from volunteer_hub.matching.queries import pair_search
from volunteer_hub.matching.views.base import bp

MAX_OUTLOOK_CHANGES = 10


@bp.get("/find/openings")
@allow(Role.VOLUNTEER)
def openings() -> Reply:
    """The single changes of the volunteer's own profile that would open most requests."""
    today = today_for()
    me = queries.get_my_facts(viewer(), today=today)
    outlook = queries.get_outlook(me, today=today, limit=MAX_OUTLOOK_CHANGES)
    return page("matching/openings.html", me=me, outlook=outlook, counterfactual_text=counterfactual_text)


@bp.get("/matching/why")
@allow(Role.COORDINATOR, Role.DIRECTOR)
def explain_pair() -> Reply:
    """Choose a request and a volunteer, and see every gate, the points, and what would change them."""
    today = today_for()
    is_coordinator = viewer().has(Role.COORDINATOR)
    partner_request, shares = _find_request()
    may_pick = is_coordinator or (partner_request is not None and shares)
    request_facts = queries.get_request_facts(partner_request.id, today=today) if partner_request and may_pick else None
    volunteer_id = query_values().row_id("volunteer")
    candidate = (
        queries.find_candidate(volunteer_id, request_facts, today=today, ready_only=not is_coordinator)
        if request_facts and volunteer_id
        else None
    )
    is_volunteer_missing = bool(query_values().text("volunteer")) and request_facts is not None and candidate is None
    is_request_missing = bool(query_values().text("request")) and partner_request is None
    return page(
        "matching/explain_pair.html",
        status=404 if is_volunteer_missing or is_request_missing else 200,
        partner_request=partner_request,
        shares=shares,
        is_coordinator=is_coordinator,
        volunteer_id=volunteer_id,
        candidate=candidate,
        is_volunteer_missing=is_volunteer_missing,
        is_request_missing=is_request_missing,
        may_pick=may_pick,
        **_search(
            searches_volunteers=may_pick and candidate is None,
            is_coordinator=is_coordinator,
            has_request=partner_request is not None,
        ),
        **(_explain_pair(candidate, is_coordinator=is_coordinator) if candidate else {}),
    )


def _find_request() -> tuple[Any, bool]:
    """Return the request of the query string, if the viewer may see it, and whether its hospital may see volunteers."""
    request_id = query_values().row_id("request")
    result = pair_search.find_request(viewer(), request_id, today=today_for()) if request_id else None
    return result or (None, False)


def _search(*, searches_volunteers: bool, is_coordinator: bool, has_request: bool) -> dict[str, Any]:
    """Return the results of the two searches; None for a search that was not made."""
    title, name = query_values().text("title"), query_values().text("name")
    requests = (
        pair_search.search_requests(viewer(), title) if not has_request and pair_search.is_long_enough(title) else None
    )
    volunteers = (
        pair_search.search_volunteers(name, ready_only=not is_coordinator)
        if searches_volunteers and pair_search.is_long_enough(name)
        else None
    )
    return {
        "title": title,
        "name": name,
        "requests": requests,
        "volunteers": volunteers,
        "max_hits": pair_search.MAX_HITS,
    }


def _explain_pair(candidate: queries.Candidate, *, is_coordinator: bool) -> dict[str, Any]:
    """Return the explanation of the pair. Confidential parts are for coordinators only, and never about themselves."""
    fit, is_own = candidate.fit, candidate.facts.account_id == viewer().account_id
    matches = pair_search.list_matches_between(candidate.facts.id, candidate.request.id)
    context: dict[str, Any] = {
        "under_way": next((match for match in matches if rules.is_live(match.state) and match.ended_at is None), None),
        "gates": explain.explain_every_gate(fit, names_private=is_coordinator and not is_own),
        "steps": queries.list_counterfactuals(fit, today=today_for()),
        "wording": explain,
        "counterfactual_text": counterfactual_text,
    }
    if is_coordinator:
        context["restrictions"] = (
            pair_search.list_restrictions_between(candidate.facts.id, candidate.request.institution_id)
            if not is_own
            else ()
        )
        context["matches"] = matches
        context["is_contact"] = candidate.request.contact_id == candidate.facts.account_id
        context["is_clear"] = not (is_own or context["restrictions"] or context["is_contact"])
    return context
