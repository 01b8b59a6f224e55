"""One row about an institution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

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
    """What the database knows, as far as the check of institutions needs it. `usual` is by country: zone, languages."""

    countries: Lookup[str]
    country_defaults: Mapping[str, tuple[str, str]]
    languages: Lookup[str]
    existing_keys: frozenset[tuple[str, str]]
    today: dt.date


class NewAgreement(NamedTuple):
    """The data-sharing agreement that a row tells of."""

    reference: str
    signed_on: dt.date
    expires_on: dt.date | None


@dataclass(frozen=True)
class NewInstitution:
    """An institution as the file describes it, every cell understood."""

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
        """Its code, and its name in its country: neither may be there twice."""
        return natural_keys(self.code, self.name, self.country)


def natural_keys(code: str | None, name: str, country: str) -> tuple[tuple[str, str], ...]:
    """The natural keys of an institution, of a row or of the database."""
    by_name = ("name", f"{country} {normalise(name)}")
    return (("code", code.upper()), by_name) if code else (by_name,)


def read_institution(line: ImportRow, reference: InstitutionReference) -> tuple[NewInstitution | None, list[RowError]]:
    """The institution of a row, or what is wrong with it."""
    row = CellReader(line)
    name = row.require("name", cells.line_parser(160))
    kind, country = row.require("kind", _kind), row.require("country", reference.countries.get)
    _check_place(row, kind, country)
    zone, languages = reference.country_defaults.get(country or "", ("UTC", "en"))
    given = row.read("languages", cells.code_list_parser(reference.languages, max_entries=MAX_LANGUAGES))
    found = NewInstitution(
        row=line.number,
        name=name or "",
        kind=kind or InstitutionKind.OVERSEAS,
        country=country or "",
        town=row.read("town", cells.line_parser(80)) or "",
        code=row.read("code", _code),
        time_zone=row.read("time_zone", cells.parse_time_zone) or zone,
        languages="|".join(given) if given else languages,
        connectivity=row.read("connectivity", _connectivity) or Connectivity.GOOD,
        agreement=_agreement(row, kind, reference.today),
    )
    return (None if row.errors else found), row.errors


_kind = cells.choice_parser(KIND_SYNONYMS, InstitutionKind)
_connectivity = cells.choice_parser({}, Connectivity)


def _code(text: str) -> str:
    if len(text) > 20 or not text.isascii() or not text.replace("-", "").isalnum():
        raise DomainError("A code has letters and digits only, 20 at most.")
    return text.upper()


def _check_place(row: CellReader, kind: InstitutionKind | None, country: str | None) -> None:
    """An overseas partner is abroad and has a town; the others are in the United Kingdom."""
    number = row.row.number
    if kind is InstitutionKind.OVERSEAS and not row.row.cells.get("town"):
        row.errors.append(RowError(number, "town", "An overseas partner needs its town."))
    if kind and country and (kind is InstitutionKind.OVERSEAS) == (country == UK_COUNTRY_CODE):
        words = "is not in the United Kingdom" if country == UK_COUNTRY_CODE else "is in the United Kingdom (GB)"
        row.errors.append(RowError(number, "country", f"An institution of the kind “{kind.value}” {words}."))


def _agreement(row: CellReader, kind: InstitutionKind | None, today: dt.date) -> NewAgreement | None:
    reference = row.read("agreement_reference", cells.line_parser(120))
    signed, expires = (row.read(column, cells.parse_date) for column in AGREEMENT_COLUMNS[1:])
    given = [column for column in AGREEMENT_COLUMNS if row.row.cells.get(column)]
    if not given:
        return None
    wrong = _wrong_dates(signed, expires, today)
    if kind and kind is not InstitutionKind.OVERSEAS:
        wrong = (given[0], "Only an overseas partner has a data-sharing agreement here.")
    elif not {"agreement_reference", "agreement_signed_on"} <= set(given):
        missing = next(column for column in AGREEMENT_COLUMNS if column not in given)
        wrong = (missing, "An agreement needs its reference and the day on which it was signed.")
    if wrong:
        row.errors.append(RowError(row.row.number, *wrong))
    return NewAgreement(reference, signed, expires) if reference and signed else None


def _wrong_dates(signed: dt.date | None, expires: dt.date | None, today: dt.date) -> tuple[str, str] | None:
    if signed and signed > today:
        return "agreement_signed_on", "The date of signature cannot be in the future."
    if signed and expires and expires < signed:
        return "agreement_expires_on", "The agreement cannot end before it was signed."
    return None
