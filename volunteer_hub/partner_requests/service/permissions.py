"""The permission check with which every operation on a request begins."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.core.template_filters import label
from volunteer_hub.partner_requests import queries, rules
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action

OWN_REQUEST = _l(
    "You raised this request, so somebody else has to decide about it: another director, or the coordinator."
)
NOT_PERMITTED = _l("Your role does not allow this. Ask the coordinator if it should.")


def require(action: Action, request: PartnerRequest, *, actor: Viewer) -> None:
    """Check that the actor may take this action now.

    Raises Forbidden when their role does not allow it or they would decide about their own request,
    Conflict when the request's state does not.
    """
    if action not in queries.get_role_actions(request, viewer=actor):
        raise Forbidden(NOT_PERMITTED, code="request_action_not_permitted")
    if action in rules.DECISION_ACTIONS and request.contact_id == actor.account_id:
        raise Forbidden(OWN_REQUEST, code="own_request")
    if request.state not in rules.STATES_ALLOWING[action]:
        raise Conflict(
            _(
                "This request is now “%(state)s”, so this cannot be done. Somebody may have acted before you.",
                state=label(request.state),
            ),
            code="request_state_changed",
        )
