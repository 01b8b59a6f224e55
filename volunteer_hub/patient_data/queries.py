"""Reading acknowledged warnings."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.patient_data.models import PatientDataWarning


def list_warnings(*, key: str | None = None) -> paging.Page[PatientDataWarning]:
    """Return a page of acknowledged warnings, newest first. For coordinators and administrators."""
    warning = PatientDataWarning
    statement = paging.after(sa.select(warning), (warning.at, warning.id), key).limit(paging.PAGE_SIZE + 1)
    rows = db.session.scalars(statement).all()
    return paging.cut(rows, [(row.at, row.id) for row in rows])
