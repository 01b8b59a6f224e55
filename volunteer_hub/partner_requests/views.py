"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import allow

bp = Blueprint("partner_requests", __name__, url_prefix="/requests")


@bp.get("/")
@allow()
def index() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200


@bp.get("/<id:request_id>")
@allow()
def show(request_id: int) -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200
