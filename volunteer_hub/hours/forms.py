"""Forms of hours. On a phone a common length takes one tap, any other is typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import times
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.fields import DateField, IntegerField, SingleChoiceField, TextAreaField, TimeField
from volunteer_hub.core.forms import Form
from volunteer_hub.core.template_filters import label
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind

QUICK = {
    "30": _l("30 minutes"),
    "60": _l("1 hour"),
    "90": _l("1½ hours"),
    "120": _l("2 hours"),
    "180": _l("3 hours"),
    "other": _l("Another length"),
}


class LogForm(Form):
    """A new or corrected entry of hours."""

    placement = SingleChoiceField(_l("Which work?"), options=[], missing=_l("Choose what you worked on"))
    worked_on = DateField(_l("Date"), missing=_l("Enter the date"))
    spent = SingleChoiceField(_l("Time spent"), options=QUICK, required=False, needed_if=True, inline=True)
    hours = IntegerField(_l("Hours"), most=24, width="2", required=False, needed_if=True)
    minutes = IntegerField(_l("Minutes"), most=59, width="2", required=False, needed_if=True)
    kind = SingleChoiceField(
        _l("Kind of work"),
        kind=HoursKind,
        options=lambda: [(kind.value, label(kind)) for kind in HoursKind],
        missing=_l("Choose the kind of work"),
        inline=True,
    )
    note = TextAreaField(
        _l("What you did"),
        hint=_l("A few words for the hospital. Nothing from which a patient could be recognised."),
        required=False,
        limit=1000,
        rows=2,
    )
    start = TimeField(
        _l("Start time"),
        hint=_l("On your own clock, like 18:30. It tells two sessions of a day apart."),
        required=False,
    )
    answer = TextAreaField(
        _l("Your answer"), hint=_l("Optional words to whoever asked."), required=False, limit=1000, rows=3
    )

    def total_minutes(self) -> int:
        """Return the length in minutes, chosen or typed. Raises DomainError when both differ or neither is given."""
        typed = (self.hours.data or 0) * 60 + (self.minutes.data or 0)
        tapped = 0 if self.spent.data in (None, "other") else int(self.spent.data)
        if typed and tapped and typed != tapped:
            raise DomainError(
                _("You chose one length and typed another. Choose “Another length”, or empty the two boxes."),
                field="spent",
                code="length_given_twice",
            )
        if not typed and not tapped:
            raise DomainError(_("Choose a length, or type hours and minutes"), field="spent", code="length_missing")
        return typed or tapped


class EntryRow:
    """An entry with one attribute per form field, times in the volunteer's time zone."""

    def __init__(self, entry: HoursEntry, zone_name: str) -> None:
        self.version = entry.version
        self.kind, self.note, self.answer = entry.kind, entry.note, None
        quick = str(entry.minutes) in QUICK
        self.spent = str(entry.minutes) if quick else "other"
        self.hours: int | None = None if quick else entry.minutes // 60
        self.minutes: int | None = None if quick else entry.minutes % 60
        self.worked_on: dt.date = entry.worked_on
        self.start: int | None = None
        if entry.started_at:
            local: Any = entry.started_at.astimezone(times.zone(zone_name))
            self.worked_on, self.start = local.date(), local.hour * 60 + local.minute


class QueryForm(Form):
    """The hospital's query about an entry."""

    message = TextAreaField(
        _l("Your question"),
        hint=_l("The volunteer reads this and corrects the entry or answers. Nothing about patients."),
        missing=_l("Write what you want to know"),
        limit=1000,
        rows=3,
    )
