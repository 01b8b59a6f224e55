"""Reading institutions, partnerships and agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from volunteer_hub.core import words
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import InstitutionKind


def agreement_in_force(institution_id: Any, *, today: dt.date) -> sa.Exists:
    """A clause: that institution has a data-sharing agreement on `today`."""
    agreement = DataSharingAgreement
    return (
        sa.select(agreement.id)
        .where(agreement.institution_id == institution_id, agreement.signed_on <= today)
        .where(sa.or_(agreement.expires_on.is_(None), agreement.expires_on >= today))
        .exists()
    )


def shares_data(institution_id: int, *, today: dt.date) -> bool:
    """Whether volunteers' data may be shown to that institution's people."""
    return bool(db.session.scalar(sa.select(agreement_in_force(institution_id, today=today))))


def get(institution_id: int) -> Institution:
    """The institution with its country. Raises NotFound."""
    found = db.session.scalars(
        sa.select(Institution).where(Institution.id == institution_id).options(joinedload(Institution.country))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such institution.")
    return found


def get_overseas(institution_id: int) -> Institution:
    """The overseas partner with its country. Raises NotFound, also for a UK organisation."""
    found = get(institution_id)
    if found.kind is not InstitutionKind.OVERSEAS:
        raise NotFound("There is no such partner.")
    return found


def overseas(*, today: dt.date, search: str = "") -> Sequence[sa.Row[tuple[Institution, bool]]]:
    """Overseas partners by name, each with whether an agreement is in force."""
    statement = (
        sa.select(Institution, agreement_in_force(Institution.id, today=today).label("shares_data"))
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id)
    )
    rows = db.session.execute(statement).all()
    asked = words.terms(search)
    return [row for row in rows if all(term in words.fold(row[0].name + " " + row[0].town) for term in asked)]


def partnerships_of(institution_id: int) -> Sequence[Partnership]:
    """The partnerships of an overseas institution, by the UK side's name."""
    statement = (
        sa.select(Partnership)
        .join(Partnership.uk_institution)
        .where(Partnership.overseas_institution_id == institution_id)
        .options(joinedload(Partnership.uk_institution))
        .order_by(Institution.name)
    )
    return db.session.scalars(statement).all()


def agreements_of(institution_id: int) -> Sequence[DataSharingAgreement]:
    """All agreements of an institution, newest first."""
    statement = sa.select(DataSharingAgreement).where(DataSharingAgreement.institution_id == institution_id)
    return db.session.scalars(statement.order_by(DataSharingAgreement.signed_on.desc())).all()


def employers() -> list[tuple[str, str]]:
    """(id, name) of every UK employer, by name."""
    rows = db.session.execute(
        sa.select(Institution.id, Institution.name)
        .where(Institution.kind != InstitutionKind.OVERSEAS)
        .order_by(Institution.name)
    )
    return [(str(row.id), row.name) for row in rows]


def overseas_choices() -> list[tuple[str, str]]:
    """(id, name and town) of every overseas institution."""
    return [
        (str(row[0]), f"{row[1]}, {row[2]}")
        for row in db.session.execute(
            sa.select(Institution.id, Institution.name, Institution.town)
            .where(Institution.kind == InstitutionKind.OVERSEAS)
            .order_by(Institution.name)
        )
    ]


@lru_cache(maxsize=1)
def _with_partners() -> sa.Select[tuple[str, str]]:
    """Built once, as every look for requests runs it."""
    partners = sa.select(Institution.country_iso2).where(Institution.kind == InstitutionKind.OVERSEAS)
    return sa.select(Country.iso2, Country.name).where(Country.iso2.in_(partners)).order_by(Country.name)


def countries_with_partners() -> list[tuple[str, str]]:
    """(code, name) of every country in which an overseas institution is recorded."""
    return [(iso2, name) for iso2, name in db.session.execute(_with_partners())]


def get_country(iso2: str) -> Country:
    """The country. Raises NotFound."""
    found = db.session.get(Country, iso2)
    if found is None:
        raise NotFound("There is no such country.")
    return found


def country_choices() -> list[tuple[str, str]]:
    """(code, name) of every country but the United Kingdom, by name."""
    statement = sa.select(Country.iso2, Country.name).where(Country.iso2 != "GB").order_by(Country.name)
    return [(row.iso2, row.name) for row in db.session.execute(statement)]
