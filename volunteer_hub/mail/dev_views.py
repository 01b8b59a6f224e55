"""Pages (placeholder while the area is being built)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("dev_mail", __name__, url_prefix="/dev/mail")
