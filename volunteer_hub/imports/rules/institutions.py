"""Reads one row about an institution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules import cells
from volunteer_hub.imports.rules.cells import CellReader
from volunteer_hub.imports.rules.lookup import Lookup, normalise
from volunteer_hub.imports.rules.outcome import RowError
from volunteer_hub.imports.rules.table import ImportRow
from volunteer_hub.institutions.states import Connectivity, InstitutionKind

UK_COUNTRY_CODE = "GB"
MAX_LANGUAGES = 20
AGREEMENT_COLUMNS = ("agreement_reference", "agreement_signed_on", "agreement_expires_on")
KIND_SYNONYMS = {
    "nhs organisation": InstitutionKind.NHS,
    "nhs trust": InstitutionKind.NHS,
    "other uk institution": InstitutionKind.UK_OTHER,
    "uk other": InstitutionKind.UK_OTHER,
    "overseas partner": InstitutionKind.OVERSEAS,
}


@dataclass(frozen=True)
class InstitutionReference:
    """Reference data from the database. `country_defaults` gives (time zone, languages) by country."""

    countries: Lookup[str]
    country_defaults: Mapping[str, tuple[str, str]]
    languages: Lookup[str]
    existing_keys: frozenset[tuple[str, str]]
    today: dt.date


class NewAgreement(NamedTuple):
    """The data-sharing agreement that a row describes."""

    reference: str
    signed_on: dt.date
    expires_on: dt.date | None


@dataclass(frozen=True)
class NewInstitution:
    """An institution as the file describes it, every cell parsed."""

    row: int
    name: str
    kind: InstitutionKind
    country: str
    town: str
    code: str | None
    time_zone: str
    languages: str
    connectivity: Connectivity
    agreement: NewAgreement | None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return its code, and its name within its country: both are unique."""
        return natural_keys(self.code, self.name, self.country)


def natural_keys(code: str | None, name: str, country: str) -> tuple[tuple[str, str], ...]:
    """Return the natural keys of an institution, from a row or from the database."""
    by_name = ("name", f"{country} {normalise(name)}")
    return (("code", code.upper()), by_name) if code else (by_name,)


def read_institution(row: ImportRow, reference: InstitutionReference) -> tuple[NewInstitution | None, list[RowError]]:
    """Return (institution, errors) of a reader; the institution is None where there are errors."""
    reader = CellReader(row)
    name = reader.require("name", cells.line_parser(160))
    kind, country = reader.require("kind", _kind), reader.require("country", reference.countries.get)
    _check_place(reader, kind, country)
    zone, languages = reference.country_defaults.get(country or "", ("UTC", "en"))
    codes = reader.read("languages", cells.code_list_parser(reference.languages, max_entries=MAX_LANGUAGES))
    institution = NewInstitution(
        row=row.number,
        name=name or "",
        kind=kind or InstitutionKind.OVERSEAS,
        country=country or "",
        town=reader.read("town", cells.line_parser(80)) or "",
        code=reader.read("code", _code),
        time_zone=reader.read("time_zone", cells.parse_time_zone) or zone,
        languages="|".join(codes) if codes else languages,
        connectivity=reader.read("connectivity", _connectivity) or Connectivity.GOOD,
        agreement=_agreement(reader, kind, reference.today),
    )
    return (None if reader.errors else institution), reader.errors


_kind = cells.choice_parser(KIND_SYNONYMS, InstitutionKind)
_connectivity = cells.choice_parser({}, Connectivity)


def _code(text: str) -> str:
    if len(text) > 20 or not text.isascii() or not text.replace("-", "").isalnum():
        raise DomainError(_("A code has letters and digits only, 20 at most."), code="institution_code_invalid")
    return text.upper()


def _check_place(reader: CellReader, kind: InstitutionKind | None, country: str | None) -> None:
    """Check that an overseas partner is abroad and has a town, and that others are in the United Kingdom."""
    number = reader.row.number
    if kind is InstitutionKind.OVERSEAS and not reader.row.cells.get("town"):
        reader.errors.append(RowError(number, "town", _("An overseas partner needs its town.")))
    if kind and country and (kind is InstitutionKind.OVERSEAS) == (country == UK_COUNTRY_CODE):
        message = (
            _("An institution of the kind “%(kind)s” is not in the United Kingdom.", kind=kind.value)
            if country == UK_COUNTRY_CODE
            else _("An institution of the kind “%(kind)s” is in the United Kingdom (GB).", kind=kind.value)
        )
        reader.errors.append(RowError(number, "country", message))


def _agreement(reader: CellReader, kind: InstitutionKind | None, today: dt.date) -> NewAgreement | None:
    reference = reader.read("agreement_reference", cells.line_parser(120))
    signed, expires = (reader.read(column, cells.parse_date) for column in AGREEMENT_COLUMNS[1:])
    filled = [column for column in AGREEMENT_COLUMNS if reader.row.cells.get(column)]
    if not filled:
        return None
    error = _wrong_dates(signed, expires, today)
    if kind and kind is not InstitutionKind.OVERSEAS:
        error = (filled[0], _("Only an overseas partner has a data-sharing agreement here."))
    elif not {"agreement_reference", "agreement_signed_on"} <= set(filled):
        missing = next(column for column in AGREEMENT_COLUMNS if column not in filled)
        error = (missing, _("An agreement needs its reference and the day on which it was signed."))
    if error:
        reader.errors.append(RowError(reader.row.number, *error))
    return NewAgreement(reference, signed, expires) if reference and signed else None


def _wrong_dates(signed: dt.date | None, expires: dt.date | None, today: dt.date) -> tuple[str, str] | None:
    if signed and signed > today:
        return "agreement_signed_on", _("The date of signature cannot be in the future.")
    if signed and expires and expires < signed:
        return "agreement_expires_on", _("The agreement cannot end before it was signed.")
    return None
