"""Pages of rounds, for coordinators."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.web import page
from volunteer_hub.matching.queries import rounds

bp = Blueprint("rounds", __name__, url_prefix="/matching/rounds")
Reply = Response | tuple[str, int]


@bp.get("/<id:round_id>")
@allow(Role.COORDINATOR)
def show(round_id: int) -> Reply:
    """One round: what it found, and what may be done with it."""
    found = rounds.get(round_id)
    return page("rounds/show.html", round=found, proposals=rounds.proposals(round_id, key=request.args.get("after")))
