"""Queries about institutions, partnerships, agreements and countries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from volunteer_hub.core import plain_text
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.institutions import rules
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import AgreementStatus, InstitutionKind


def agreement_in_force(institution_id: Any, *, today: dt.date) -> sa.Exists:
    """Build the condition that an institution, by id or column, has a data-sharing agreement in force on `today`."""
    agreement = DataSharingAgreement
    return (
        sa.select(agreement.id)
        .where(agreement.institution_id == institution_id, agreement.signed_on <= today)
        .where(sa.or_(agreement.expires_on.is_(None), agreement.expires_on >= today))
        .exists()
    )


def shares_data(institution_id: int, *, today: dt.date) -> bool:
    """Return whether volunteers' data may be shown to the institution's people."""
    return bool(db.session.scalar(sa.select(agreement_in_force(institution_id, today=today))))


def get_institution(institution_id: int, *, locked: bool = False) -> Institution:
    """Return the institution with its country; `locked` takes a row lock for an edit. Raises NotFound."""
    statement = sa.select(Institution).where(Institution.id == institution_id)
    if locked:
        statement = statement.with_for_update(of=Institution).execution_options(populate_existing=True)
    institution = db.session.scalars(statement.options(joinedload(Institution.country, innerjoin=True))).one_or_none()
    if institution is None:
        raise NotFound(_("There is no such institution."), code="institution_not_found")
    return institution


def get_overseas(institution_id: int, *, locked: bool = False) -> Institution:
    """Return the overseas partner with its country. Raises NotFound, also for a UK organisation."""
    institution = get_institution(institution_id, locked=locked)
    if institution.kind is not InstitutionKind.OVERSEAS:
        raise NotFound(_("There is no such partner."), code="partner_not_found")
    return institution


@dataclass(frozen=True)
class PartnerListEntry:
    """A row of the list of overseas partners.

    `last_on` is the last day of the latest agreement; None if that has no end or there is none.
    """

    institution: Institution
    status: AgreementStatus
    last_on: dt.date | None


def list_overseas_partners(
    *, today: dt.date, search: str = "", statuses: Collection[AgreementStatus] = frozenset(AgreementStatus)
) -> list[PartnerListEntry]:
    """Return overseas partners by name with the status of their agreements, filtered; one query."""
    last_day = sa.func.max(sa.func.coalesce(DataSharingAgreement.expires_on, sa.literal(rules.NO_LAST_DAY)))
    is_signed = sa.and_(DataSharingAgreement.institution_id == Institution.id, DataSharingAgreement.signed_on <= today)
    statement = (
        sa.select(Institution, sa.select(last_day).where(is_signed).scalar_subquery().label("last_on"))
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id)
    )
    rows = db.session.execute(statement).all()
    terms = plain_text.search_terms(search)
    entries = [_entry(row.Institution, row.last_on, today) for row in rows]
    return [entry for entry in entries if entry.status in statuses and _matches(entry.institution, terms)]


def _entry(institution: Institution, last_on: dt.date | None, today: dt.date) -> PartnerListEntry:
    return PartnerListEntry(
        institution, rules.agreement_status(last_on, today=today), None if last_on == rules.NO_LAST_DAY else last_on
    )


def _matches(institution: Institution, terms: Sequence[str]) -> bool:
    searched = plain_text.fold(f"{institution.name} {institution.town}")
    return all(term in searched for term in terms)


def list_partners_with_agreements() -> Sequence[sa.Row[tuple[Institution, DataSharingAgreement]]]:
    """Return (partner, agreement) for each agreement, by partner's name and newest first.

    A partner without any agreement has one row with None.
    """
    statement = (
        sa.select(Institution, DataSharingAgreement)
        .outerjoin(DataSharingAgreement, DataSharingAgreement.institution_id == Institution.id)
        .where(Institution.kind == InstitutionKind.OVERSEAS)
        .options(joinedload(Institution.country))
        .order_by(Institution.name, Institution.id, DataSharingAgreement.signed_on.desc(), DataSharingAgreement.id)
    )
    return db.session.execute(statement).all()


def get_agreement(institution_id: int, agreement_id: int, *, locked: bool = False) -> DataSharingAgreement:
    """Return an agreement of the institution; `locked` takes a row lock for an edit. Raises NotFound."""
    agreement = db.session.get(DataSharingAgreement, agreement_id, with_for_update=locked or None)
    if agreement is None or agreement.institution_id != institution_id:
        raise NotFound(_("There is no such agreement."), code="agreement_not_found")
    return agreement


def get_partnership(institution_id: int, partnership_id: int) -> Partnership:
    """Return a partnership of the overseas institution. Raises NotFound."""
    partnership = db.session.get(Partnership, partnership_id, options=[joinedload(Partnership.uk_institution)])
    if partnership is None or partnership.overseas_institution_id != institution_id:
        raise NotFound(_("There is no such partnership."), code="partnership_not_found")
    return partnership


def list_partnerships(institution_id: int) -> Sequence[Partnership]:
    """Return the partnerships of an overseas institution, by the UK institution's name."""
    statement = (
        sa.select(Partnership)
        .join(Partnership.uk_institution)
        .where(Partnership.overseas_institution_id == institution_id)
        .options(joinedload(Partnership.uk_institution))
        .order_by(Institution.name)
    )
    return db.session.scalars(statement).all()


def list_agreements(institution_id: int) -> Sequence[DataSharingAgreement]:
    """Return the agreements of an institution, the newest first."""
    statement = sa.select(DataSharingAgreement).where(DataSharingAgreement.institution_id == institution_id)
    newest_first = (DataSharingAgreement.signed_on.desc(), DataSharingAgreement.id.desc())
    return db.session.scalars(statement.order_by(*newest_first)).all()


def list_uk_employer_choices() -> list[tuple[str, str]]:
    """Return (id, name) of every UK institution, by name."""
    rows = db.session.execute(
        sa.select(Institution.id, Institution.name)
        .where(Institution.kind != InstitutionKind.OVERSEAS)
        .order_by(Institution.name)
    )
    return [(str(row.id), row.name) for row in rows]


def list_overseas_choices() -> list[tuple[str, str]]:
    """Return (id, name and town) of every overseas institution, by name."""
    return [
        (str(row[0]), f"{row[1]}, {row[2]}")
        for row in db.session.execute(
            sa.select(Institution.id, Institution.name, Institution.town)
            .where(Institution.kind == InstitutionKind.OVERSEAS)
            .order_by(Institution.name)
        )
    ]


@lru_cache(maxsize=1)
def _countries_statement() -> sa.Select[tuple[str, str]]:
    """Build and cache the statement, as every search for requests runs it."""
    partners = sa.select(Institution.country_iso2).where(Institution.kind == InstitutionKind.OVERSEAS)
    return sa.select(Country.iso2, Country.name).where(Country.iso2.in_(partners)).order_by(Country.name)


def list_countries_with_partners() -> list[tuple[str, str]]:
    """Return (code, name) of every country with an overseas institution, by name."""
    return [(iso2, name) for iso2, name in db.session.execute(_countries_statement())]


def get_country(iso2: str) -> Country:
    """Return the country. Raises NotFound."""
    country = db.session.get(Country, iso2)
    if country is None:
        raise NotFound(_("There is no such country."), code="country_not_found")
    return country


def list_country_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every country except the United Kingdom, by name."""
    statement = sa.select(Country.iso2, Country.name).where(Country.iso2 != "GB").order_by(Country.name)
    return [(row.iso2, row.name) for row in db.session.execute(statement)]
