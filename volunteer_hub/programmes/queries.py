"""Queries about programmes and the institutions that take part."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions.models import Institution
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState


def get_programme(programme_id: int, *, locked: bool = False) -> Programme:
    """Return the programme; `locked` takes a row lock for an edit. Raises NotFound."""
    programme = db.session.get(Programme, programme_id, with_for_update=locked or None, populate_existing=locked)
    if programme is None:
        raise NotFound(_("There is no such programme."), code="programme_not_found")
    return programme


def list_programmes() -> Sequence[Programme]:
    """Return every programme, the latest start first."""
    return db.session.scalars(sa.select(Programme).order_by(Programme.starts_on.desc(), Programme.id)).all()


def list_other_names(programme_id: int | None) -> Sequence[str]:
    """Return the names of all programmes except the one with this id."""
    statement = sa.select(Programme.name).order_by(Programme.name)
    return db.session.scalars(statement.where(Programme.id != programme_id) if programme_id else statement).all()


def list_running_for(institution_id: int) -> Sequence[Programme]:
    """Return the running programmes in which the institution takes part, the latest start first."""
    statement = (
        sa.select(Programme)
        .join(ProgrammeInstitution, ProgrammeInstitution.programme_id == Programme.id)
        .where(ProgrammeInstitution.institution_id == institution_id, Programme.state == ProgrammeState.ACTIVE)
        .order_by(Programme.starts_on.desc(), Programme.id)
    )
    return db.session.scalars(statement).all()


def list_institutions(programme_id: int) -> Sequence[Institution]:
    """Return the institutions that take part, with their countries, by name."""
    statement = (
        sa.select(Institution)
        .join(ProgrammeInstitution, ProgrammeInstitution.institution_id == Institution.id)
        .where(ProgrammeInstitution.programme_id == programme_id)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id)
    )
    return db.session.scalars(statement).all()


def find_participation(programme_id: int, institution_id: int) -> ProgrammeInstitution | None:
    """Return the participation of an institution in a programme; None if it does not take part."""
    return db.session.get(ProgrammeInstitution, (programme_id, institution_id))
