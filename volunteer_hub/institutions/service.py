"""Recording institutions and agreements; loading the pick-lists."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution
from volunteer_hub.institutions.states import Connectivity, InstitutionKind

DATA = Path(__file__).parent / "data"


def load_reference() -> int:
    """Insert or refresh countries and NHS organisations. Gives the number of rows in the lists."""
    countries = _read("countries.csv")
    for row in countries:
        db.session.merge(
            Country(
                iso2=row["iso2"],
                name=row["name"],
                dac_group=row["dac_group"],
                languages=row["main_languages"],
                time_zone=row["default_time_zones"].split("|")[0],
                currency=row["currency"],
            )
        )
    db.session.flush()
    known = {
        found.code: found for found in db.session.scalars(sa.select(Institution).where(Institution.code.is_not(None)))
    }
    organisations = _read("nhs_organisations.csv")
    for row in organisations:
        nhs = known.get(row["code"]) or Institution(kind=InstitutionKind.NHS, code=row["code"], country_iso2="GB")
        nhs.name, nhs.town, nhs.time_zone = row["name"], row["town"], "Europe/London"
        db.session.add(nhs)
    db.session.flush()
    return len(countries) + len(organisations)


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def add_overseas(
    *,
    name: str,
    town: str,
    country: Country,
    time_zone: str,
    connectivity: Connectivity,
    actor: Viewer,
    now: dt.datetime,
) -> Institution:
    """Record an overseas partner. Raises DomainError when the country has one of that name."""
    same = sa.select(Institution.id).where(Institution.name == name, Institution.country_iso2 == country.iso2)
    if db.session.scalar(same):
        raise DomainError("This institution is already recorded.", field="name")
    institution = Institution(
        kind=InstitutionKind.OVERSEAS,
        name=name,
        town=town,
        country_iso2=country.iso2,
        time_zone=time_zone,
        languages=country.languages,
        connectivity=connectivity,
    )
    db.session.add(institution)
    db.session.flush()
    audit.record("institution.added", institution, actor=actor, now=now)
    return institution


def add(
    *,
    name: str,
    kind: InstitutionKind,
    town: str,
    country_iso2: str,
    code: str | None,
    time_zone: str,
    languages: str,
    connectivity: Connectivity,
    actor: Viewer,
    now: dt.datetime,
) -> Institution:
    """Record an institution of any kind from a list; whoever calls has looked whether it is there already."""
    institution = Institution(
        kind=kind,
        code=code,
        name=name,
        town=town,
        country_iso2=country_iso2,
        time_zone=time_zone,
        languages=languages,
        connectivity=connectivity,
    )
    db.session.add(institution)
    db.session.flush()
    audit.record("institution.added", institution, actor=actor, now=now)
    return institution


def record_agreement(
    institution: Institution,
    *,
    reference: str,
    signed_on: dt.date,
    expires_on: dt.date | None,
    actor: Viewer,
    now: dt.datetime,
) -> DataSharingAgreement:
    """Record the paper that lets the institution's people see volunteers' data.

    Raises DomainError when it ends before it begins or is signed in the future.
    """
    if signed_on > now.date():
        raise DomainError("The date of signature cannot be in the future.", field="signed_on")
    if expires_on is not None and expires_on < signed_on:
        raise DomainError("The agreement cannot end before it was signed.", field="expires_on")
    agreement = DataSharingAgreement(
        institution_id=institution.id,
        reference=reference,
        signed_on=signed_on,
        expires_on=expires_on,
        recorded_at=now,
    )
    db.session.add(agreement)
    audit.record(
        "institution.agreement_recorded", institution, actor=actor, now=now, signed_on=signed_on, expires_on=expires_on
    )
    return agreement
