"""The blueprint and the reply type that the views of this area share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__)
