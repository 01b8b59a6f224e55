"""Blueprint, filters and downloads, shared by this area's view modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.csv_export import csv_text
from volunteer_hub.core.db import Model
from volunteer_hub.core.http import download, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.hours import service, wording
from volunteer_hub.hours.queries import HoursFilters
from volunteer_hub.hours.rules import parse_month
from volunteer_hub.hours.states import HoursState

bp = Blueprint("hours", __name__)
EVERYBODY = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)
HOSTS = (Role.PARTNER, Role.DIRECTOR)


def parse_filters() -> HoursFilters:
    """Return the filters in the query string."""
    values = query_values()
    return HoursFilters(
        state=values.choice("state", HoursState),
        month=parse_month(values.text("month")),
        placement_id=values.row_id("placement"),
        institution_id=values.row_id("institution"),
        programme_id=values.row_id("programme"),
        volunteer=values.text("volunteer"),
    )


def download_csv(rows: Sequence[Any], what: str, subject: Model | None = None) -> Response:
    """Return rows as a CSV download, recorded in the audit log of `subject` or of the viewer's account."""
    about = subject or accounts.get_account(viewer().account_id)
    service.record_export(about, what, rows=len(rows), actor=viewer(), now=now())
    text = csv_text(wording.csv_headings(), wording.csv_rows(rows))
    return download(text, f"hours-{what}-{today_for(viewer().time_zone).isoformat()}.csv")
