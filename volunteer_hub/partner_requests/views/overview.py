"""The list of requests, and the page of one request."""

from __future__ import annotations

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, page, viewer, viewer_in_role
from volunteer_hub.core.query_values import query_values
from volunteer_hub.partner_requests import queries, rules
from volunteer_hub.partner_requests.rules import SECTION_OF, Action, RequestGap, RequestSection
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, bp
from volunteer_hub.vocabulary import queries as vocabulary

READERS = (Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR, Role.ADMIN)
MAY_SEE_CANDIDATES = (Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)


@bp.get("/requests/")
@allow(*READERS)
def index() -> Reply:
    """List the requests that the viewer may see, the newest first, filtered by state, text, skill or institution."""
    filters = query_values()
    state, text, institution_id = (
        filters.choice("state", RequestState),
        filters.text("q"),
        filters.row_id("institution"),
    )
    skill = vocabulary.find_skill(filters.text("skill"))
    requests = queries.list_requests(
        viewer_in_role(),
        state=state,
        text=text,
        skill=skill.code if skill else "",
        institution_id=institution_id,
        key=filters.page_key,
    )
    return page(
        "partner_requests/index.html",
        requests=requests,
        state=state,
        text=text,
        states=list(RequestState),
        can_create=viewer().has(*PARTNER_SIDE),
        skill=skill,
        institution_id=institution_id,
        filtered=bool(state or text or skill or institution_id),
    )


@bp.get("/requests/<id:request_id>")
@allow(*READERS)
def show(request_id: int) -> Reply:
    """Show one request with its open tasks, possible actions and history."""
    partner_request = queries.get(request_id, viewer=viewer())
    actions = queries.get_possible_actions(partner_request, viewer=viewer())
    history = audit_queries.list_history(partner_request)
    can_edit = Action.EDIT in actions
    return page(
        "partner_requests/show.html",
        partner_request=partner_request,
        description=queries.describe(partner_request, locale=viewer().locale),
        can={action.value: action in actions for action in Action},
        has_candidates=rules.is_visible_to_volunteers(partner_request.state) and viewer().has(*MAY_SEE_CANDIDATES),
        tasks=section_tasks(queries.list_gaps(partner_request, now=now())) if can_edit else [],
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
        return_message=partner_request.return_message if rules.is_returned(partner_request.state) else None,
    )


def section_tasks(gaps: list[RequestGap]) -> list[tuple[RequestSection, list[RequestGap]]]:
    """Return each section of a draft with its gaps."""
    return [(section, [gap for gap in gaps if SECTION_OF[gap] is section]) for section in RequestSection]
