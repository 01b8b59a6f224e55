"""Blueprint, roles and loading of a request, shared by this area's view modules."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import Role
from volunteer_hub.core.http import viewer
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action

bp = Blueprint("partner_requests", __name__)
PARTNER_SIDE = (Role.PARTNER, Role.COORDINATOR)
DIRECTOR_SIDE = (Role.DIRECTOR, Role.COORDINATOR)


def load(request_id: int, action: Action) -> PartnerRequest:
    """Return the request for a page that takes `action`.

    Raises NotFound when the viewer may not see it, Forbidden or Conflict when they may not take the action now.
    """
    partner_request = queries.get(request_id, viewer=viewer())
    service.require(action, partner_request, actor=viewer())
    return partner_request
