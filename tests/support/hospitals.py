"""An overseas partner without people."""

from __future__ import annotations

from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind


def make_hospital(name: str = "Sample Hospital") -> Institution:
    """Insert an overseas partner."""
    row = Institution(
        kind=InstitutionKind.OVERSEAS, name=name, town="Accra", country_iso2="GH", time_zone="Africa/Accra"
    )
    db.session.add(row)
    db.session.commit()
    return row
