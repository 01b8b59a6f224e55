"""Reading programmes and the institutions that take part."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions.models import Institution
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState


def get_programme(programme_id: int, *, locked: bool = False) -> Programme:
    """The programme; `locked` lets rival editors wait for each other. Raises NotFound."""
    found = db.session.get(Programme, programme_id, with_for_update=locked or None, populate_existing=locked)
    if found is None:
        raise NotFound("There is no such programme.")
    return found


def list_programmes() -> Sequence[Programme]:
    """Every programme, the newest first."""
    return db.session.scalars(sa.select(Programme).order_by(Programme.starts_on.desc(), Programme.id)).all()


def list_other_names(programme_id: int | None) -> Sequence[str]:
    """The names of all programmes but one."""
    statement = sa.select(Programme.name).order_by(Programme.name)
    return db.session.scalars(statement.where(Programme.id != programme_id) if programme_id else statement).all()


def list_running_for(institution_id: int) -> Sequence[Programme]:
    """The running programmes in which an institution may raise requests, the newest first."""
    statement = (
        sa.select(Programme)
        .join(ProgrammeInstitution, ProgrammeInstitution.programme_id == Programme.id)
        .where(ProgrammeInstitution.institution_id == institution_id, Programme.state == ProgrammeState.ACTIVE)
        .order_by(Programme.starts_on.desc(), Programme.id)
    )
    return db.session.scalars(statement).all()


def list_institutions(programme_id: int) -> Sequence[Institution]:
    """The institutions that take part, by name, with their countries."""
    statement = (
        sa.select(Institution)
        .join(ProgrammeInstitution, ProgrammeInstitution.institution_id == Institution.id)
        .where(ProgrammeInstitution.programme_id == programme_id)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id)
    )
    return db.session.scalars(statement).all()


def find_participation(programme_id: int, institution_id: int) -> ProgrammeInstitution | None:
    """The row by which an institution takes part, if it does."""
    return db.session.get(ProgrammeInstitution, (programme_id, institution_id))
