"""Why a volunteer and a request are, or are not, put together; and what would open most to a volunteer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import page, query_int, viewer
from volunteer_hub.fit import counterfactual_text, explain
from volunteer_hub.matching import queries
from volunteer_hub.matching.queries import pair_search
from volunteer_hub.matching.states import LIVE

bp = Blueprint("explanations", __name__)
Reply = Response | tuple[str, int]
MOST_OPENINGS = 10


@bp.get("/find/openings")
@allow(Role.VOLUNTEER)
def openings() -> Reply:
    """Which single changes of the own profile would open most requests."""
    today = now().date()
    me = queries.get_my_facts(viewer(), today=today)
    found = queries.get_outlook(me, today=today, limit=MOST_OPENINGS)
    return page("matching/openings.html", me=me, outlook=found, counterfactual_text=counterfactual_text)


@bp.get("/matching/why")
@allow(Role.COORDINATOR, Role.DIRECTOR)
def pair() -> Reply:
    """Pick a request and a volunteer, and see every gate, the points, and what would change them."""
    today = now().date()
    everything = viewer().has(Role.COORDINATOR)
    found, shares = _request()
    may_pick = everything or (found is not None and shares)
    asked = queries.get_request_facts(found.id, today=today) if found and may_pick else None
    person = query_int("volunteer")
    candidate = (
        queries.find_candidate(person, asked, today=today, ready_only=not everything) if asked and person else None
    )
    nobody = bool(request.args.get("volunteer")) and asked is not None and candidate is None
    nothing = bool(request.args.get("request")) and found is None
    return page(
        "matching/explain_pair.html",
        status=404 if nobody or nothing else 200,
        asked_for=found,
        shares=shares,
        everything=everything,
        person=person,
        candidate=candidate,
        nobody=nobody,
        nothing=nothing,
        may_pick=may_pick,
        **_hits(looks_for_people=may_pick and candidate is None, everything=everything, has_request=found is not None),
        **(_told(candidate, everything=everything) if candidate else {}),
    )


def _request() -> tuple[Any, bool]:
    """The request that the address names, if the viewer may see it, and whether volunteers may be shown for it."""
    number = query_int("request")
    found = pair_search.find_request(viewer(), number, today=now().date()) if number else None
    return found or (None, False)


def _hits(*, looks_for_people: bool, everything: bool, has_request: bool) -> dict[str, Any]:
    """What the two searches found: None for one that was not made."""
    title, name = request.args.get("title", "")[:100], request.args.get("name", "")[:100]
    requests = (
        pair_search.search_requests(viewer(), title) if not has_request and pair_search.is_long_enough(title) else None
    )
    people = (
        pair_search.search_volunteers(name, ready_only=not everything)
        if looks_for_people and pair_search.is_long_enough(name)
        else None
    )
    return {"title": title, "name": name, "requests": requests, "people": people, "most": pair_search.MAX_HITS}


def _told(candidate: queries.Candidate, *, everything: bool) -> dict[str, Any]:
    """All that is known of the pair; what hides behind the neutral sentences for a coordinator alone, and not of themselves."""
    fit, own = candidate.fit, candidate.facts.account_id == viewer().account_id
    matches = pair_search.list_matches_between(candidate.facts.id, candidate.request.id)
    told: dict[str, Any] = {
        "under_way": next((one for one in matches if one.state in LIVE and one.ended_at is None), None),
        "gates": explain.explain_every_gate(fit, names_private=everything and not own),
        "steps": queries.list_counterfactuals(fit, today=now().date()),
        "wording": explain,
        "counterfactual_text": counterfactual_text,
    }
    if everything:
        told["restrictions"] = (
            pair_search.list_restrictions_between(candidate.facts.id, candidate.request.institution_id)
            if not own
            else ()
        )
        told["matches"] = matches
        told["raised_it"] = candidate.request.contact_id == candidate.facts.account_id
        told["is_clear"] = not (own or told["restrictions"] or told["raised_it"])
    return told
