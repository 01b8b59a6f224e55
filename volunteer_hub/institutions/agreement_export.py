"""Institutions with their agreements as a table for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.core.pages import label
from volunteer_hub.core.spreadsheets import csv_lines
from volunteer_hub.institutions import rules
from volunteer_hub.institutions.models import DataSharingAgreement, Institution
from volunteer_hub.institutions.states import AgreementStatus


def to_csv(rows: Iterable[Sequence[Any]], *, today: dt.date) -> str:
    """One line for each agreement, and one for each institution without any. Days are ISO days."""
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
    cells = ((*_place(institution), *_paper(agreement, today)) for institution, agreement in rows)
    return "".join(csv_lines(columns, cells))


def _place(institution: Institution) -> tuple[str, ...]:
    languages = institution.languages.replace("|", " ")
    line = label(institution.connectivity)
    return institution.name, institution.town, institution.country.name, institution.time_zone, languages, line


def _paper(agreement: DataSharingAgreement | None, today: dt.date) -> tuple[str, ...]:
    if agreement is None:
        return "", "", "", label(AgreementStatus.NONE)
    last = agreement.expires_on
    state = label(rules.agreement_status(last or rules.NO_LAST_DAY, today=today))
    return agreement.reference, agreement.signed_on.isoformat(), last.isoformat() if last else "", state
