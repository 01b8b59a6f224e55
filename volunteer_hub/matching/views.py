"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import allow

bp = Blueprint("matching", __name__, url_prefix=None)


@bp.get("/find")
@allow()
def browse() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200


@bp.get("/approvals")
@allow()
def queue() -> tuple[str, int]:
    """Placeholder."""
    return "soon", 200
