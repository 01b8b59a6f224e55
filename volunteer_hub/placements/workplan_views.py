"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("workplan", __name__, url_prefix="/placements")
