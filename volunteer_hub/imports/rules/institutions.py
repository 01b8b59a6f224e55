"""One row about an institution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules import cells
from volunteer_hub.imports.rules.cells import Cells
from volunteer_hub.imports.rules.lookup import Lookup, key
from volunteer_hub.imports.rules.outcome import RowError
from volunteer_hub.imports.rules.table import Line
from volunteer_hub.institutions.states import Connectivity, InstitutionKind

UK = "GB"
MOST_LANGUAGES = 20
AGREEMENT = ("agreement_reference", "agreement_signed_on", "agreement_expires_on")
KINDS = {
    "nhs organisation": InstitutionKind.NHS,
    "nhs trust": InstitutionKind.NHS,
    "other uk institution": InstitutionKind.UK_OTHER,
    "uk other": InstitutionKind.UK_OTHER,
    "overseas partner": InstitutionKind.OVERSEAS,
}


@dataclass(frozen=True)
class InstitutionFacts:
    """What the database knows, as far as the check of institutions needs it. `usual` is by country: zone, languages."""

    countries: Lookup[str]
    usual: Mapping[str, tuple[str, str]]
    languages: Lookup[str]
    known: frozenset[tuple[str, str]]
    today: dt.date


class Agreement(NamedTuple):
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
    agreement: Agreement | None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Its code, and its name in its country: neither may be there twice."""
        return keys_of(self.code, self.name, self.country)


def keys_of(code: str | None, name: str, country: str) -> tuple[tuple[str, str], ...]:
    """The natural keys of an institution, of a row or of the database."""
    by_name = ("name", f"{country} {key(name)}")
    return (("code", code.upper()), by_name) if code else (by_name,)


def read_institution(line: Line, facts: InstitutionFacts) -> tuple[NewInstitution | None, list[RowError]]:
    """The institution of a row, or what is wrong with it."""
    row = Cells(line)
    name = row.need("name", cells.line_of(160))
    kind, country = row.need("kind", _kind), row.need("country", facts.countries.find)
    _check_place(row, kind, country)
    zone, languages = facts.usual.get(country or "", ("UTC", "en"))
    given = row.read("languages", cells.many(facts.languages, most=MOST_LANGUAGES))
    found = NewInstitution(
        row=line.row,
        name=name or "",
        kind=kind or InstitutionKind.OVERSEAS,
        country=country or "",
        town=row.read("town", cells.line_of(80)) or "",
        code=row.read("code", _code),
        time_zone=row.read("time_zone", cells.time_zone) or zone,
        languages="|".join(given) if given else languages,
        connectivity=row.read("connectivity", _connectivity) or Connectivity.GOOD,
        agreement=_agreement(row, kind, facts.today),
    )
    return (None if row.errors else found), row.errors


_kind = cells.one_of(KINDS, InstitutionKind)
_connectivity = cells.one_of({}, Connectivity)


def _code(text: str) -> str:
    if len(text) > 20 or not text.isascii() or not text.replace("-", "").isalnum():
        raise DomainError("A code has letters and digits only, 20 at most.")
    return text.upper()


def _check_place(row: Cells, kind: InstitutionKind | None, country: str | None) -> None:
    """An overseas partner is abroad and has a town; the others are in the United Kingdom."""
    number = row.line.row
    if kind is InstitutionKind.OVERSEAS and not row.line.cells.get("town"):
        row.errors.append(RowError(number, "town", "An overseas partner needs its town."))
    if kind and country and (kind is InstitutionKind.OVERSEAS) == (country == UK):
        words = "is not in the United Kingdom" if country == UK else "is in the United Kingdom (GB)"
        row.errors.append(RowError(number, "country", f"An institution of the kind “{kind.value}” {words}."))


def _agreement(row: Cells, kind: InstitutionKind | None, today: dt.date) -> Agreement | None:
    reference = row.read("agreement_reference", cells.line_of(120))
    signed, expires = (row.read(column, cells.day) for column in AGREEMENT[1:])
    given = [column for column in AGREEMENT if row.line.cells.get(column)]
    if not given:
        return None
    wrong = _wrong_dates(signed, expires, today)
    if kind and kind is not InstitutionKind.OVERSEAS:
        wrong = (given[0], "Only an overseas partner has a data-sharing agreement here.")
    elif not {"agreement_reference", "agreement_signed_on"} <= set(given):
        missing = next(column for column in AGREEMENT if column not in given)
        wrong = (missing, "An agreement needs its reference and the day on which it was signed.")
    if wrong:
        row.errors.append(RowError(row.line.row, *wrong))
    return Agreement(reference, signed, expires) if reference and signed else None


def _wrong_dates(signed: dt.date | None, expires: dt.date | None, today: dt.date) -> tuple[str, str] | None:
    if signed and signed > today:
        return "agreement_signed_on", "The date of signature cannot be in the future."
    if signed and expires and expires < signed:
        return "agreement_expires_on", "The agreement cannot end before it was signed."
    return None
