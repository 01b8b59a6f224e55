"""Names of months and times, and the columns of a download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _

from volunteer_hub.core import times
from volunteer_hub.core.i18n import locale
from volunteer_hub.core.template_filters import label
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.rules import CalendarMonth


def month_name(month: CalendarMonth) -> str:
    """Return the month's name in the user's locale: `November 2026`."""
    return str(format_date(month.first, "LLLL y", locale=locale()))


def format_start_time(entry: HoursEntry, zone_name: str) -> str:
    """Return the start of the work in a time zone, `18:30`; empty for untimed work."""
    return f"{entry.started_at.astimezone(times.zone(zone_name)):%H:%M}" if entry.started_at else ""


def csv_headings() -> list[str]:
    """Return the headings of a download."""
    return [
        _("Day"),
        _("Start"),
        _("Minutes"),
        _("Hours"),
        _("Kind"),
        _("State"),
        _("Work"),
        _("Hospital"),
        _("Volunteer"),
        _("Note"),
        _("Query"),
        _("Answer"),
    ]


def csv_rows(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the rows of a download, without the volunteer's name and messages where the viewer may not see them."""
    for entry, named in rows:
        account = entry.volunteer.account
        yield [
            entry.worked_on.isoformat(),
            format_start_time(entry, account.time_zone),
            entry.minutes,
            f"{entry.minutes / 60:.2f}",
            label(entry.kind),
            label(entry.state),
            entry.placement.request.title,
            entry.placement.request.institution.name,
            account.name if named else "",
            (entry.note or "") if named else "",
            entry.query_message or "",
            (entry.answer_message or "") if named else "",
        ]
