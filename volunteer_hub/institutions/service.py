"""Service functions of institutions: recording and changing them, agreements, partnerships, reference data."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.institutions import references, rules
from volunteer_hub.institutions.labels import DETAILS, LABELS
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution, Partnership
from volunteer_hub.institutions.states import Connectivity, InstitutionKind

DATA_DIR = Path(__file__).parent / "data"


def load_reference() -> int:
    """Insert or refresh countries and NHS organisations. Returns the number of rows in the lists."""
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
        institution.code: institution
        for institution in db.session.scalars(sa.select(Institution).where(Institution.code.is_not(None)))
    }
    organisations = _read("nhs_organisations.csv")
    for row in organisations:
        nhs = known.get(row["code"]) or Institution(kind=InstitutionKind.NHS, code=row["code"], country_iso2="GB")
        nhs.name, nhs.town, nhs.time_zone = row["name"], row["town"], "Europe/London"
        db.session.add(nhs)
    db.session.flush()
    return len(countries) + len(organisations)


def _read(name: str) -> list[dict[str, str]]:
    with (DATA_DIR / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def add_overseas_partner(
    *,
    name: str,
    town: str,
    country: Country,
    time_zone: str,
    connectivity: Connectivity,
    actor: Viewer,
    now: dt.datetime,
) -> Institution:
    """Record an overseas partner. Raises DomainError if the country has an institution of that name."""
    same = sa.select(Institution.id).where(Institution.name == name, Institution.country_iso2 == country.iso2)
    if db.session.scalar(same):
        raise DomainError(_("This institution is already recorded."), field="name", code="institution_exists")
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


@dataclasses.dataclass(frozen=True)
class InstitutionDetails:
    """The details of an institution that may be changed; `languages` are codes separated by `|`."""

    name: str
    town: str
    time_zone: str
    languages: str
    connectivity: Connectivity


def change_details(institution: Institution, details: InstitutionDetails, *, actor: Viewer, now: dt.datetime) -> None:
    """Change an institution's details. Raises DomainError if the country has another institution of that name."""
    before = InstitutionDetails(**{name: getattr(institution, name) for name in DETAILS})
    if details == before:
        return
    same = sa.select(Institution.id).where(
        Institution.name == details.name, Institution.country_iso2 == institution.country_iso2
    )
    if db.session.scalar(same.where(Institution.id != institution.id)):
        raise DomainError(
            _("Another institution of this country has this name."), field="name", code="institution_name_taken"
        )
    changes = []
    for name, label in DETAILS.items():
        old, new = getattr(before, name), getattr(details, name)
        if old != new:
            setattr(institution, name, new)
            changes.append(f"{label}: {_display(old)} → {_display(new)}")
    db.session.flush()
    audit.record("institution.changed", institution, actor=actor, now=now, note="\n".join(changes))
    references.notify_renamed(institution.id)


def _display(value: str) -> str:
    return str(LABELS[value]) if isinstance(value, Connectivity) else value.replace("|", ", ")


def add_institution(
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
    """Record an institution of any kind from a list. The caller has checked that it is not recorded yet."""
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
    """Record an agreement that lets the institution's people see volunteers' data.

    Raises DomainError if it ends before the day of signature or is signed in the future.
    """
    if signed_on > now.date():
        raise DomainError(
            _("The date of signature cannot be in the future."), field="signed_on", code="signature_in_future"
        )
    if expires_on is not None and expires_on < signed_on:
        raise DomainError(
            _("The agreement cannot end before it was signed."),
            field="expires_on",
            code="agreement_ends_before_signature",
        )
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


def end_agreement(
    agreement: DataSharingAgreement, *, last_on: dt.date, reason: str, actor: Viewer, now: dt.datetime
) -> None:
    """End an agreement early. Raises DomainError for a day that is not earlier, or before yesterday."""
    rules.check_early_end(agreement.signed_on, agreement.expires_on, last_on, today=now.date())
    former, agreement.expires_on = agreement.expires_on, last_on
    audit.record(
        "institution.agreement_ended",
        agreement.institution,
        actor=actor,
        now=now,
        note=f"{agreement.reference}: {former or '—'} → {last_on}\n{reason}",
        agreement_id=agreement.id,
        last_on=last_on,
    )


def add_partnership(
    institution: Institution, uk: Institution, *, theme: str, actor: Viewer, now: dt.datetime
) -> Partnership:
    """Record a partnership of an overseas partner with a UK institution.

    Raises DomainError if `uk` is not in the UK, Conflict if the partnership is recorded already.
    """
    if uk.kind is InstitutionKind.OVERSEAS:
        raise DomainError(_("Choose a UK institution."), field="uk", code="uk_institution_missing")
    pair = (Partnership.uk_institution_id == uk.id, Partnership.overseas_institution_id == institution.id)
    if db.session.scalar(sa.select(Partnership.id).where(*pair)):
        raise Conflict(
            _("The partnership with %(name)s is recorded already.", name=uk.name), field="uk", code="partnership_exists"
        )
    partnership = Partnership(uk_institution_id=uk.id, overseas_institution_id=institution.id, theme=theme)
    db.session.add(partnership)
    db.session.flush()
    note = f"{uk.name}: {theme}"
    audit.record("institution.partnership_added", institution, actor=actor, now=now, note=note, uk_id=uk.id)
    return partnership


def remove_partnership(partnership: Partnership, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove a partnership that has ended or was recorded by mistake."""
    note = f"{partnership.uk_institution.name}: {partnership.theme}"
    overseas, uk_id = partnership.overseas_institution, partnership.uk_institution_id
    db.session.delete(partnership)
    audit.record("institution.partnership_removed", overseas, actor=actor, now=now, note=note, uk_id=uk_id)
