"""CSV export of institutions with their agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.core.csv_export import csv_lines
from volunteer_hub.core.template_filters import label
from volunteer_hub.institutions import rules
from volunteer_hub.institutions.models import DataSharingAgreement, Institution
from volunteer_hub.institutions.states import AgreementStatus


def to_csv(rows: Iterable[Sequence[Any]], *, today: dt.date) -> str:
    """Return CSV with one line per agreement and one per institution without any. Dates are in ISO format."""
    columns = [
        _("Institution"),
        _("Town"),
        _("Country"),
        _("Time zone"),
        _("Languages"),
        _("Line"),
        _("Agreement"),
        _("Signed on"),
        _("Last day"),
        _("State"),
    ]
    cells = ((*_institution_cells(institution), *_agreement_cells(agreement, today)) for institution, agreement in rows)
    return "".join(csv_lines(columns, cells))


def _institution_cells(institution: Institution) -> tuple[str, ...]:
    languages = institution.languages.replace("|", " ")
    connectivity = label(institution.connectivity)
    return institution.name, institution.town, institution.country.name, institution.time_zone, languages, connectivity


def _agreement_cells(agreement: DataSharingAgreement | None, today: dt.date) -> tuple[str, ...]:
    if agreement is None:
        return "", "", "", label(AgreementStatus.NONE)
    last_on = agreement.expires_on
    status = label(rules.agreement_status(last_on or rules.NO_LAST_DAY, today=today))
    return agreement.reference, agreement.signed_on.isoformat(), last_on.isoformat() if last_on else "", status
