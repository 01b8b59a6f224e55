"""Blueprint, filters and downloads, shared by this area's view modules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import times
from volunteer_hub.core.access import Role
from volunteer_hub.core.clock import now
from volunteer_hub.core.csv_export import csv_text
from volunteer_hub.core.db import Model
from volunteer_hub.core.http import download, query_int, viewer
from volunteer_hub.hours import service, wording
from volunteer_hub.hours.queries import HoursFilters
from volunteer_hub.hours.rules import parse_month
from volunteer_hub.hours.states import HoursState

bp = Blueprint("hours", __name__)
EVERYBODY = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)
HOSTS = (Role.PARTNER, Role.DIRECTOR)


def today() -> dt.date:
    """Return the date in the viewer's time zone."""
    return times.local_day(now(), viewer().time_zone)


def parse_filters() -> HoursFilters:
    """Parse the filters in the query string; invalid values are ignored."""
    state = request.args.get("state", "")
    return HoursFilters(
        state=HoursState(state) if state in set(HoursState) else None,
        month=parse_month(request.args.get("month", "")),
        placement_id=query_int("placement"),
        institution_id=query_int("institution"),
        programme_id=query_int("programme"),
        volunteer=request.args.get("volunteer", "").replace("\x00", "")[:80],
    )


def download_csv(rows: Sequence[Any], what: str, subject: Model | None = None) -> Response:
    """Return rows as a CSV download, recorded in the audit log of `subject` or of the viewer's account."""
    about = subject or accounts.get_account(viewer().account_id)
    service.record_export(about, what, rows=len(rows), actor=viewer(), now=now())
    text = csv_text(wording.csv_headings(), wording.csv_rows(rows))
    return download(text, f"hours-{what}-{today().isoformat()}.csv")
