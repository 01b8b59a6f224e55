"""The list and one request."""

from __future__ import annotations

from flask import request

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import asked_id, page, viewer, viewing
from volunteer_hub.partner_requests import queries
from volunteer_hub.partner_requests.rules import SECTION_OF, Action, RequestGap, RequestSection
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, Reply, bp
from volunteer_hub.vocabulary import queries as vocabulary

READERS = (Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR, Role.ADMIN)
MAY_SEE_CANDIDATES = (Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)
VISIBLE_TO_VOLUNTEERS = frozenset({RequestState.OPEN, RequestState.FILLED})


@bp.get("/")
@allow(*READERS)
def index() -> Reply:
    """The requests in one's reach, newest first, by state and words."""
    asked = request.args.get("state", "")
    state = RequestState(asked) if asked in set(RequestState) else None
    text = request.args.get("q", "")[:100]
    skill = vocabulary.find_skill(request.args.get("skill", ""))
    code = skill.code if skill else ""
    place, key = asked_id("institution"), request.args.get("after")
    found = queries.list_requests(viewing(), state=state, text=text, skill=code, institution_id=place, key=key)
    return page(
        "partner_requests/index.html",
        found=found,
        state=state,
        text=text,
        states=list(RequestState),
        may_raise=viewer().has(*PARTNER_SIDE),
        skill=skill,
        place=place,
        filtered=bool(state or text or skill or place),
    )


@bp.get("/<id:request_id>")
@allow(*READERS)
def show(request_id: int) -> Reply:
    """One request: its parts, what is missing, what can be done, what has happened."""
    ask = queries.get(request_id, viewer=viewer())
    possible = queries.get_possible_actions(ask, viewer=viewer())
    history = audit_queries.history(ask)
    can_edit = Action.EDIT in possible
    return page(
        "partner_requests/show.html",
        ask=ask,
        shown=queries.describe(ask, locale=viewer().locale),
        can={action.value: action in possible for action in Action},
        has_candidates=ask.state in VISIBLE_TO_VOLUNTEERS and viewer().has(*MAY_SEE_CANDIDATES),
        tasks=section_tasks(queries.list_gaps(ask, now=now())) if can_edit else [],
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
        return_message=ask.return_message if ask.state is RequestState.RETURNED else None,
    )


def section_tasks(gaps: list[RequestGap]) -> list[tuple[RequestSection, list[RequestGap]]]:
    """The sections of a draft, each with what it still lacks."""
    return [(section, [gap for gap in gaps if SECTION_OF[gap] is section]) for section in RequestSection]
