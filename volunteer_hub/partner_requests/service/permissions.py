"""The check that every verb makes first."""

from __future__ import annotations

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.core.pages import label
from volunteer_hub.partner_requests import queries, rules
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action

OWN_REQUEST = "You raised this request, so somebody else has to decide about it: another director, or the coordinator."
NOT_PERMITTED = "Your role does not allow this. Ask the coordinator if it should."


def require(action: Action, ask: PartnerRequest, *, actor: Viewer) -> None:
    """Refuse what the actor's role (Forbidden) or the request's state (Conflict) does not allow."""
    if action not in queries.get_role_actions(ask, viewer=actor):
        raise Forbidden(NOT_PERMITTED)
    if action in rules.DECISION_ACTIONS and ask.contact_id == actor.account_id:
        raise Forbidden(OWN_REQUEST)
    if ask.state not in rules.STATES_ALLOWING[action]:
        raise Conflict(
            f"This request is now “{label(ask.state)}”, so this cannot be done. Somebody may have acted before you."
        )
