"""Reading programmes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState


def get(programme_id: int) -> Programme:
    """The programme. Raises NotFound."""
    found = db.session.get(Programme, programme_id)
    if found is None:
        raise NotFound("There is no such programme.")
    return found


def all_of_them() -> Sequence[Programme]:
    """Every programme, the newest first."""
    return db.session.scalars(sa.select(Programme).order_by(Programme.starts_on.desc(), Programme.id)).all()


def open_to(institution_id: int) -> Sequence[Programme]:
    """The running programmes in which an institution may raise requests, the newest first."""
    statement = (
        sa.select(Programme)
        .join(ProgrammeInstitution, ProgrammeInstitution.programme_id == Programme.id)
        .where(ProgrammeInstitution.institution_id == institution_id, Programme.state == ProgrammeState.ACTIVE)
        .order_by(Programme.starts_on.desc(), Programme.id)
    )
    return db.session.scalars(statement).all()
