"""Validity of an entry of hours: its date, its length, and that no minute is counted twice.

See docs/invariants.md, I9.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import times
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.hours.states import HoursState
from volunteer_hub.placements.rules import STATES_ALLOWING, PlacementAction
from volunteer_hub.placements.states import PlacementState

LOGGABLE_STATES = STATES_ALLOWING[PlacementAction.LOG_HOURS]
CHANGEABLE_STATES = frozenset({HoursState.LOGGED, HoursState.QUERIED})
"""States in which the volunteer can correct or withdraw an entry, and the hospital can confirm it."""
NOT_LOGGABLE = _l("Hours can be logged while the placement is active or paused. This one is not, or not any more.")
DUPLICATE_ENTRY = _l(
    "You have logged the same already: this day, kind and length. "
    "If it was another session, add its start time, and the start time of the first."
)
MONTH_PATTERN = re.compile(r"([0-9]{4})-([0-9]{2})")
NEARBY_PERIOD = dt.timedelta(days=2)
"""Entries that began further away than this from a day cannot overlap it: an entry has 24 hours at most."""


@dataclass(frozen=True)
class TimeSpan:
    """Time worked. `started_at` and `ended_at` are instants, or None for untimed work."""

    worked_on: dt.date
    minutes: int
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


class CalendarMonth(NamedTuple):
    """A calendar month."""

    year: int
    number: int

    @property
    def first(self) -> dt.date:
        """Return the first day of the month."""
        return dt.date(self.year, self.number, 1)

    @property
    def last(self) -> dt.date:
        """Return the last day of the month."""
        return (self.first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)

    @property
    def code(self) -> str:
        """Return the month as it is written in a query string: `2026-11`."""
        return f"{self.year:04d}-{self.number:02d}"

    def months_before(self, months: int) -> CalendarMonth:
        """Return the month that is `months` earlier."""
        count = self.year * 12 + self.number - 1 - months
        return CalendarMonth(count // 12, count % 12 + 1)


def can_log(state: PlacementState) -> bool:
    """Return whether hours can be logged for a placement in that state."""
    return state in LOGGABLE_STATES


def can_change(state: HoursState) -> bool:
    """Return whether the volunteer can still correct or withdraw an entry, and the hospital confirm it."""
    return state in CHANGEABLE_STATES


def is_queried(state: HoursState) -> bool:
    """Return whether the entry awaits the volunteer's answer to a query."""
    return state is HoursState.QUERIED


def can_query(state: HoursState) -> bool:
    """Return whether the hospital can query an entry: a confirmed one too, but not one that is queried already."""
    return state is not HoursState.QUERIED


def awaits_review(state: HoursState) -> bool:
    """Return whether the entry awaits the hospital's review."""
    return state is HoursState.LOGGED


def month_of(day: dt.date) -> CalendarMonth:
    """Return the calendar month of a date."""
    return CalendarMonth(day.year, day.month)


def parse_month(text: str) -> CalendarMonth | None:
    """Parse a month as `CalendarMonth.code` writes it. Returns None for anything else."""
    match = MONTH_PATTERN.fullmatch(text)
    if not match or not match[0].isascii() or not 1 <= int(match[2]) <= 12 or not 2000 <= int(match[1]) <= 2100:
        return None
    return CalendarMonth(int(match[1]), int(match[2]))


def build_time_span(worked_on: dt.date, minutes: int, *, start: int | None, zone_name: str) -> TimeSpan:
    """Build the time span that a volunteer entered; `start` is in minutes after midnight in their time zone, or None.

    At a change of the clocks, a start in the gap moves forward and an ambiguous start is the earlier one;
    `minutes` is always elapsed time. Raises DomainError for a length or a start out of range.
    """
    if not 1 <= minutes <= times.DAY_MINUTES:
        raise DomainError(_("Enter between 1 minute and 24 hours."), field="spent", code="length_out_of_range")
    if start is None:
        return TimeSpan(worked_on, minutes)
    if not 0 <= start < times.DAY_MINUTES:
        raise DomainError(_("Enter a time of the day, like 18:30."), field="start", code="time_of_day_invalid")
    local = dt.datetime.combine(worked_on, dt.time(start // 60, start % 60))
    started_at = times.to_instant(local, zone_name)
    return TimeSpan(worked_on, minutes, started_at, started_at + dt.timedelta(minutes=minutes))


def check_day(
    span: TimeSpan, *, now: dt.datetime, zone_name: str, starts_on: dt.date, until_on: dt.date | None
) -> None:
    """Check that the work is over and lies within the placement's dates. Raises DomainError with the field.

    `until_on` is the last day on which work counts, or None while the placement is active.
    """
    if span.worked_on > times.local_day(now, zone_name):
        raise DomainError(
            _("The date is still to come. Log the time when the work is done."),
            field="worked_on",
            code="work_in_future",
        )
    if span.ended_at and span.ended_at > now:
        raise DomainError(
            _("That time is not over yet. Log it when the work is done."), field="start", code="work_not_over"
        )
    if span.worked_on < starts_on:
        raise DomainError(
            _("The placement began on %(day)s. Enter that day or a later one.", day=f"{starts_on:%d %B %Y}"),
            field="worked_on",
            code="work_before_placement",
        )
    if until_on and span.worked_on > until_on:
        raise DomainError(
            _("The placement ended on %(day)s. Enter that day or an earlier one.", day=f"{until_on:%d %B %Y}"),
            field="worked_on",
            code="work_after_placement",
        )


def check_daily_limit(span: TimeSpan, others: Sequence[TimeSpan], *, zone_name: str) -> None:
    """Check that a span overlaps no other and that no day has more hours than it is long. Raises DomainError.

    `others` are the volunteer's counted entries, of all placements, that can lie on the same days.
    """
    if any(_overlap(span, other) for other in others):
        raise DomainError(
            _("You have logged other work for this time. Change the start or the length, or correct the other entry."),
            field="start",
            code="hours_overlap",
        )
    for day in _days(span, zone_name):
        if minutes_on(day, [span, *others], zone_name) > _day_length(day, zone_name):
            raise DomainError(
                _(
                    "With this you would have logged more than a day’s hours on %(day)s. Check the length, and what else you have logged for that day.",
                    day=f"{day:%d %B %Y}",
                ),
                field="spent",
                code="daily_limit_exceeded",
            )


def check_loggable(state: PlacementState) -> None:
    """Check that hours can be logged for a placement in this state. Raises Conflict."""
    if not can_log(state):
        raise Conflict(NOT_LOGGABLE, code="placement_not_loggable")


def minutes_on(day: dt.date, spans: Iterable[TimeSpan], zone_name: str) -> int:
    """Return the minutes of `spans` on a local date: timed work is cut at midnight, untimed counts on its date."""
    day_start = times.to_instant(dt.datetime.combine(day, dt.time()), zone_name)
    day_end = times.end_of_day(day, zone_name)
    total = 0
    for span in spans:
        if span.started_at and span.ended_at:
            total += max(0, _minutes(min(span.ended_at, day_end) - max(span.started_at, day_start)))
        elif span.worked_on == day:
            total += span.minutes
    return total


def _overlap(span: TimeSpan, other: TimeSpan) -> bool:
    if not (span.started_at and span.ended_at and other.started_at and other.ended_at):
        return False
    return span.started_at < other.ended_at and other.started_at < span.ended_at


def _days(span: TimeSpan, zone_name: str) -> list[dt.date]:
    """The local dates on which the span lies."""
    if not (span.started_at and span.ended_at):
        return [span.worked_on]
    last = times.local_day(span.ended_at - dt.timedelta(minutes=1), zone_name)
    first = times.local_day(span.started_at, zone_name)
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _day_length(day: dt.date, zone_name: str) -> int:
    """The minutes of a local day: 24 hours, or 23 when the clocks go forward; capped at 24."""
    day_start = times.to_instant(dt.datetime.combine(day, dt.time()), zone_name)
    return min(times.DAY_MINUTES, _minutes(times.end_of_day(day, zone_name) - day_start))


def _minutes(delta: dt.timedelta) -> int:
    return int(delta.total_seconds() // 60)
