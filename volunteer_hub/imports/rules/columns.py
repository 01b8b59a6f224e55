"""The columns of each kind of file: names, which are required, examples."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules.lookup import normalise
from volunteer_hub.imports.states import ImportKind


@dataclass(frozen=True)
class ImportColumn:
    """One column. `name` is its header in the template; `aliases` are other headers that are accepted."""

    name: str
    example: str
    required: bool = False
    aliases: tuple[str, ...] = ()


VOLUNTEER_COLUMNS = (
    ImportColumn("name", "Asha Okello", True, ("full name", "volunteer", "volunteer name")),
    ImportColumn("email", "asha.okello@example.org", True, ("e-mail", "e-mail address", "email address", "mail")),
    ImportColumn("profession", "nurse_adult", True, ("job", "role", "occupation")),
    ImportColumn(
        "registration_number", "12A3456B", aliases=("registration", "registration no", "pin", "gmc number", "nmc pin")
    ),
    ImportColumn("employer", "R1H", aliases=("trust", "organisation", "ods code", "employer code", "employer name")),
    ImportColumn("department", "Infection prevention", aliases=("ward", "department or ward", "team")),
    ImportColumn("band", "7", aliases=("grade", "band or grade", "afc band")),
    ImportColumn("weekly_hours", "2.5", aliases=("hours", "hours a week", "hours per week")),
    ImportColumn("languages", "en:native|fr:b2", aliases=("language",)),
    ImportColumn("skills", "IPC:teaches|AMR.AMS:independent", aliases=("skill",)),
    ImportColumn("specialties", "300", aliases=("specialty", "specialities", "speciality")),
    ImportColumn("manager_name", "Morgan Lead", aliases=("manager", "line manager", "line manager name")),
    ImportColumn(
        "manager_email", "morgan.lead@example.org", aliases=("line manager email", "line manager e-mail address")
    ),
    ImportColumn("time_zone", "Europe/London", aliases=("timezone", "tz")),
)
INSTITUTION_COLUMNS = (
    ImportColumn("name", "Lakeside Regional Hospital", True, ("institution", "institution name", "hospital")),
    ImportColumn("kind", "overseas", True, ("type",)),
    ImportColumn("country", "UG", True, ("country code", "country name")),
    ImportColumn("town", "Jinja", aliases=("city", "place")),
    ImportColumn("code", "", aliases=("ods", "ods code", "organisation code")),
    ImportColumn("time_zone", "", aliases=("timezone", "tz")),
    ImportColumn("languages", "en|sw", aliases=("language",)),
    ImportColumn("connectivity", "patchy", aliases=("connection", "internet")),
    ImportColumn("agreement_reference", "DSA 2026/14", aliases=("agreement", "data sharing agreement")),
    ImportColumn("agreement_signed_on", "2026-03-01", aliases=("agreement signed", "signed on")),
    ImportColumn("agreement_expires_on", "2029-02-28", aliases=("agreement expires", "agreement ends", "expires on")),
)
COLUMNS = {ImportKind.VOLUNTEERS: VOLUNTEER_COLUMNS, ImportKind.INSTITUTIONS: INSTITUTION_COLUMNS}


def csv_template(kind: ImportKind) -> str:
    """Return a CSV file with the headers and one example row, with a byte-order mark for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS[kind]])
    writer.writerow([column.example for column in COLUMNS[kind]])
    return "\ufeff" + text.getvalue()


def normalise_header(header: str) -> str:
    """Return a header in the form in which spellings compare equal: `E-Mail_Address ` becomes `emailaddress`."""
    return normalise(header).replace(" ", "")


def locate_columns(kind: ImportKind, headers: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Return the index of each names column, and the headers that are not names.

    Raises DomainError where a required column is missing, or a column is there twice.
    """
    names = {normalise_header(header): c.name for c in COLUMNS[kind] for header in (c.name, *c.aliases)}
    indexes: dict[str, int] = {}
    ignored: list[str] = []
    for index, header in enumerate(headers):
        name = names.get(normalise_header(header))
        if name is None:
            ignored += [header] if header else []
        elif name in indexes:
            raise DomainError(
                _(
                    "Two columns are about “%(name)s”: “%(first)s” and “%(second)s”. Keep one of them.",
                    name=name,
                    first=headers[indexes[name]],
                    second=header,
                ),
                code="column_twice",
            )
        else:
            indexes[name] = index
    missing = [column.name for column in COLUMNS[kind] if column.required and column.name not in indexes]
    if missing:
        raise DomainError(
            _("The first row must name the columns. Missing: %(columns)s.", columns=", ".join(missing)),
            code="columns_missing",
        )
    return indexes, ignored
