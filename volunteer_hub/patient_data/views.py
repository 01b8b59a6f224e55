"""The page that shows which warnings of the patient-data guard people went past."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.http import page
from volunteer_hub.patient_check.kinds import IdentifierKind
from volunteer_hub.patient_data import queries as patient_data

bp = Blueprint("patient_data", __name__, url_prefix="/patient-data")
Reply = Response | tuple[str, int]


@bp.get("/warnings")
@allow(Role.COORDINATOR, Role.ADMIN)
def warnings() -> Reply:
    """Who went past a warning, when and where; the text itself is not kept."""
    found = patient_data.list_warnings(key=request.args.get("after"))
    return page(
        "patient_data/warnings.html",
        found=found,
        names=queries.names_by_id([row.account_id for row in found.rows]),
        reasons={row.id: [IdentifierKind(code) for code in row.reasons.split("|")] for row in found.rows},
    )
