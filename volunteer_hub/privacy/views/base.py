"""The blueprint of this area."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("privacy", __name__)
