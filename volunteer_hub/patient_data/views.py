"""The page of acknowledged warnings, for coordinators and administrators."""

from __future__ import annotations

from flask import Blueprint

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.account_names import map_account_names
from volunteer_hub.core.http import Reply, page
from volunteer_hub.core.query_values import query_values
from volunteer_hub.patient_check.kinds import IdentifierKind
from volunteer_hub.patient_data import queries

bp = Blueprint("patient_data", __name__)


@bp.get("/patient-data/warnings")
@allow(Role.COORDINATOR, Role.ADMIN)
def warnings() -> Reply:
    """List who acknowledged a warning, when and on which page; the text itself is not stored."""
    result = queries.list_warnings(key=query_values().page_key)
    return page(
        "patient_data/warnings.html",
        result=result,
        names=map_account_names(row.account_id for row in result.rows),
        reasons={row.id: [IdentifierKind(code) for code in row.reasons.split("|")] for row in result.rows},
    )
