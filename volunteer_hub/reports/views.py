"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import allow, public

bp = Blueprint("reports", __name__, url_prefix=None)


@bp.get("/start")
@allow()
def landing() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200


@bp.get("/")
@public
def home() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200
