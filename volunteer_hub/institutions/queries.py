"""Reading institutions, partnerships and agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from volunteer_hub.core import words
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions import rules
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import AgreementStatus, InstitutionKind


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


def get_institution(institution_id: int, *, locked: bool = False) -> Institution:
    """The institution with its country; `locked` lets rival editors wait for each other. Raises NotFound."""
    statement = sa.select(Institution).where(Institution.id == institution_id)
    if locked:
        statement = statement.with_for_update(of=Institution).execution_options(populate_existing=True)
    found = db.session.scalars(statement.options(joinedload(Institution.country, innerjoin=True))).one_or_none()
    if found is None:
        raise NotFound("There is no such institution.")
    return found


def get_overseas(institution_id: int, *, locked: bool = False) -> Institution:
    """The overseas partner with its country. Raises NotFound, also for a UK organisation."""
    found = get_institution(institution_id, locked=locked)
    if found.kind is not InstitutionKind.OVERSEAS:
        raise NotFound("There is no such partner.")
    return found


@dataclass(frozen=True)
class PartnerListEntry:
    """One overseas partner of the list; `last_on` is the last day of its latest agreement, if that has an end."""

    institution: Institution
    status: AgreementStatus
    last_on: dt.date | None


def list_overseas_partners(
    *, today: dt.date, search: str = "", statuses: Collection[AgreementStatus] = frozenset(AgreementStatus)
) -> list[PartnerListEntry]:
    """Overseas partners by name, each with how far its agreements reach; one query."""
    last = sa.func.max(sa.func.coalesce(DataSharingAgreement.expires_on, sa.literal(rules.NO_LAST_DAY)))
    signed = sa.and_(DataSharingAgreement.institution_id == Institution.id, DataSharingAgreement.signed_on <= today)
    statement = (
        sa.select(Institution, sa.select(last).where(signed).scalar_subquery().label("last_on"))
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id)
    )
    rows = db.session.execute(statement).all()
    asked = words.terms(search)
    lines = [_line(row.Institution, row.last_on, today) for row in rows]
    return [line for line in lines if line.status in statuses and _answers(line.institution, asked)]


def _line(institution: Institution, last_on: dt.date | None, today: dt.date) -> PartnerListEntry:
    return PartnerListEntry(
        institution, rules.agreement_status(last_on, today=today), None if last_on == rules.NO_LAST_DAY else last_on
    )


def _answers(institution: Institution, asked: Sequence[str]) -> bool:
    named = words.fold(f"{institution.name} {institution.town}")
    return all(term in named for term in asked)


def list_partners_with_agreements() -> Sequence[sa.Row[tuple[Institution, DataSharingAgreement]]]:
    """Every overseas partner by name with each of its agreements, the newest first; None for one without."""
    statement = (
        sa.select(Institution, DataSharingAgreement)
        .outerjoin(DataSharingAgreement, DataSharingAgreement.institution_id == Institution.id)
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id, DataSharingAgreement.signed_on.desc(), DataSharingAgreement.id)
    )
    return db.session.execute(statement).all()


def get_agreement(institution_id: int, agreement_id: int, *, locked: bool = False) -> DataSharingAgreement:
    """One agreement of an institution; `locked` lets rival editors wait for each other. Raises NotFound."""
    found = db.session.get(DataSharingAgreement, agreement_id, with_for_update=locked or None)
    if found is None or found.institution_id != institution_id:
        raise NotFound("There is no such agreement.")
    return found


def get_partnership(institution_id: int, partnership_id: int) -> Partnership:
    """One partnership of an overseas institution. Raises NotFound."""
    found = db.session.get(Partnership, partnership_id, options=[joinedload(Partnership.uk_institution)])
    if found is None or found.overseas_institution_id != institution_id:
        raise NotFound("There is no such partnership.")
    return found


def list_partnerships(institution_id: int) -> Sequence[Partnership]:
    """The partnerships of an overseas institution, by the UK side's name."""
    statement = (
        sa.select(Partnership)
        .join(Partnership.uk_institution)
        .where(Partnership.overseas_institution_id == institution_id)
        .options(joinedload(Partnership.uk_institution))
        .order_by(Institution.name)
    )
    return db.session.scalars(statement).all()


def list_agreements(institution_id: int) -> Sequence[DataSharingAgreement]:
    """All agreements of an institution, newest first."""
    statement = sa.select(DataSharingAgreement).where(DataSharingAgreement.institution_id == institution_id)
    latest = (DataSharingAgreement.signed_on.desc(), DataSharingAgreement.id.desc())
    return db.session.scalars(statement.order_by(*latest)).all()


def list_uk_employer_choices() -> list[tuple[str, str]]:
    """(id, name) of every UK employer, by name."""
    rows = db.session.execute(
        sa.select(Institution.id, Institution.name)
        .where(Institution.kind != InstitutionKind.OVERSEAS)
        .order_by(Institution.name)
    )
    return [(str(row.id), row.name) for row in rows]


def list_overseas_choices() -> list[tuple[str, str]]:
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


def list_countries_with_partners() -> list[tuple[str, str]]:
    """(code, name) of every country in which an overseas institution is recorded."""
    return [(iso2, name) for iso2, name in db.session.execute(_with_partners())]


def get_country(iso2: str) -> Country:
    """The country. Raises NotFound."""
    found = db.session.get(Country, iso2)
    if found is None:
        raise NotFound("There is no such country.")
    return found


def list_country_choices() -> list[tuple[str, str]]:
    """(code, name) of every country but the United Kingdom, by name."""
    statement = sa.select(Country.iso2, Country.name).where(Country.iso2 != "GB").order_by(Country.name)
    return [(row.iso2, row.name) for row in db.session.execute(statement)]
