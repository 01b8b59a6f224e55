"""Reading the warnings that people went past."""

from __future__ import annotations

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.patient_data.models import PatientDataWarning


def list_warnings(*, key: str | None = None) -> paging.Page[PatientDataWarning]:
    """Warnings that people went past, newest first. For coordinators and administrators."""
    row = PatientDataWarning
    statement = paging.after(sa.select(row), row.at, row.id, key).limit(paging.PAGE_SIZE + 1)
    rows = db.session.scalars(statement).all()
    return paging.cut(rows, [(one.at, one.id) for one in rows])
