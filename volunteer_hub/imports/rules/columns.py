"""The columns of each kind of file: what each is called, whether it is needed, an example."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules.lookup import key
from volunteer_hub.imports.states import ImportKind


@dataclass(frozen=True)
class Column:
    """One column. `name` heads it in the template; `also` are other heads that are understood."""

    name: str
    example: str
    needed: bool = False
    also: tuple[str, ...] = ()


VOLUNTEERS = (
    Column("name", "Asha Okello", True, ("full name", "volunteer", "volunteer name")),
    Column("email", "asha.okello@example.org", True, ("e-mail", "e-mail address", "email address", "mail")),
    Column("profession", "nurse_adult", True, ("job", "role", "occupation")),
    Column("registration_number", "12A3456B", also=("registration", "registration no", "pin", "gmc number", "nmc pin")),
    Column("employer", "R1H", also=("trust", "organisation", "ods code", "employer code", "employer name")),
    Column("department", "Infection prevention", also=("ward", "department or ward", "team")),
    Column("band", "7", also=("grade", "band or grade", "afc band")),
    Column("weekly_hours", "2.5", also=("hours", "hours a week", "hours per week")),
    Column("languages", "en:native|fr:b2", also=("language",)),
    Column("skills", "IPC:teaches|AMR.AMS:independent", also=("skill",)),
    Column("specialties", "300", also=("specialty", "specialities", "speciality")),
    Column("manager_name", "Morgan Lead", also=("manager", "line manager", "line manager name")),
    Column("manager_email", "morgan.lead@example.org", also=("line manager email", "line manager e-mail address")),
    Column("time_zone", "Europe/London", also=("timezone", "tz")),
)
INSTITUTIONS = (
    Column("name", "Lakeside Regional Hospital", True, ("institution", "institution name", "hospital")),
    Column("kind", "overseas", True, ("type",)),
    Column("country", "UG", True, ("country code", "country name")),
    Column("town", "Jinja", also=("city", "place")),
    Column("code", "", also=("ods", "ods code", "organisation code")),
    Column("time_zone", "", also=("timezone", "tz")),
    Column("languages", "en|sw", also=("language",)),
    Column("connectivity", "patchy", also=("connection", "internet")),
    Column("agreement_reference", "DSA 2026/14", also=("agreement", "data sharing agreement")),
    Column("agreement_signed_on", "2026-03-01", also=("agreement signed", "signed on")),
    Column("agreement_expires_on", "2029-02-28", also=("agreement expires", "agreement ends", "expires on")),
)
COLUMNS = {ImportKind.VOLUNTEERS: VOLUNTEERS, ImportKind.INSTITUTIONS: INSTITUTIONS}


def template_of(kind: ImportKind) -> str:
    """A CSV file with the heads and one example, marked as UTF-8 for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS[kind]])
    writer.writerow([column.example for column in COLUMNS[kind]])
    return "\ufeff" + text.getvalue()


def squeezed(head: str) -> str:
    """A column's head without what people write differently: `E-Mail_Address ` is `emailaddress`."""
    return key(head).replace(" ", "")


def places_of(kind: ImportKind, heads: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each known column stands, and the heads that mean nothing here.

    Raises DomainError where a column is needed and missing, or stands there twice.
    """
    known = {squeezed(head): c.name for c in COLUMNS[kind] for head in (c.name, *c.also)}
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, head in enumerate(heads):
        name = known.get(squeezed(head))
        if name is None:
            ignored += [head] if head else []
        elif name in places:
            raise DomainError(
                f"Two columns are about “{name}”: “{heads[places[name]]}” and “{head}”. Keep one of them."
            )
        else:
            places[name] = place
    missing = [column.name for column in COLUMNS[kind] if column.needed and column.name not in places]
    if missing:
        raise DomainError(f"The first row must name the columns. Missing: {', '.join(missing)}.")
    return places, ignored
