"""The blueprint and the reply type that the views of this area share."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

bp = Blueprint("reports", __name__)
Reply = Response | tuple[str, int]
