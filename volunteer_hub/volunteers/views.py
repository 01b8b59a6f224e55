"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import allow

bp = Blueprint("volunteers", __name__, url_prefix=None)


@bp.get("/profile")
@allow()
def profile() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200
