"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import allow

bp = Blueprint("budgets", __name__, url_prefix="/budget")


@bp.get("/")
@allow()
def index() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200
