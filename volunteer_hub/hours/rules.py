"""What counts as an entry of hours: its day, its length, and that no minute is counted twice (trust.md I9)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from volunteer_hub.core import times
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.placements.states import PlacementState

LOGGABLE_STATES = frozenset({PlacementState.ACTIVE, PlacementState.PAUSED})
"""Where hours can be logged; what rests may still have hours from before the break."""
NOT_LOGGABLE = "Hours can be logged while the placement is active or paused. This one is not, or not any more."
DUPLICATE_ENTRY = (
    "You have logged the same already: this day, kind and length. "
    "If it was another session, add its start time, and the start time of the first."
)
MONTH_PATTERN = re.compile(r"([0-9]{4})-([0-9]{2})")
NEARBY_PERIOD = dt.timedelta(days=2)
"""Entries that began further away cannot touch a day."""


@dataclass(frozen=True)
class TimeSpan:
    """Time worked, as the rules see it. `begun` and `ended` are instants, or None for untimed work."""

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
        """Its first day."""
        return dt.date(self.year, self.number, 1)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return (self.first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)

    @property
    def code(self) -> str:
        """As it stands in an address: `2026-11`."""
        return f"{self.year:04d}-{self.number:02d}"

    def months_before(self, months: int) -> CalendarMonth:
        """The month so many before."""
        count = self.year * 12 + self.number - 1 - months
        return CalendarMonth(count // 12, count % 12 + 1)


def month_of(day: dt.date) -> CalendarMonth:
    """The month of a day."""
    return CalendarMonth(day.year, day.month)


def parse_month(text: str) -> CalendarMonth | None:
    """The month that `code` wrote, or None for anything else."""
    found = MONTH_PATTERN.fullmatch(text)
    if not found or not found[0].isascii() or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2100:
        return None
    return CalendarMonth(int(found[1]), int(found[2]))


def build_time_span(worked_on: dt.date, minutes: int, *, start: int | None, zone_name: str) -> TimeSpan:
    """Time worked, from what a volunteer typed. `start` is in minutes after midnight on their clock.

    A time that the clocks jumped over moves forward, one that they show twice is the first; `minutes` are
    minutes that passed, whatever the clocks did meanwhile.
    """
    if not 1 <= minutes <= times.DAY_MINUTES:
        raise DomainError("Enter between 1 minute and 24 hours.", field="spent")
    if start is None:
        return TimeSpan(worked_on, minutes)
    if not 0 <= start < times.DAY_MINUTES:
        raise DomainError("Enter a time of the day, like 18:30.", field="start")
    local = dt.datetime.combine(worked_on, dt.time(start // 60, start % 60))
    begun = times.to_instant(local, zone_name)
    return TimeSpan(worked_on, minutes, begun, begun + dt.timedelta(minutes=minutes))


def check_day(one: TimeSpan, *, now: dt.datetime, zone_name: str, starts_on: dt.date, until_on: dt.date | None) -> None:
    """Refuse what has not been worked yet, and days outside the placement."""
    if one.worked_on > times.local_day(now, zone_name):
        raise DomainError("The date is still to come. Log the time when the work is done.", field="worked_on")
    if one.ended_at and one.ended_at > now:
        raise DomainError("That time is not over yet. Log it when the work is done.", field="start")
    if one.worked_on < starts_on:
        raise DomainError(
            f"The placement began on {starts_on:%d %B %Y}. Enter that day or a later one.", field="worked_on"
        )
    if until_on and one.worked_on > until_on:
        raise DomainError(
            f"The placement ended on {until_on:%d %B %Y}. Enter that day or an earlier one.", field="worked_on"
        )


def check_daily_limit(one: TimeSpan, others: Sequence[TimeSpan], *, zone_name: str) -> None:
    """Refuse an entry that overlaps another, or with which a day would be fuller than a day is long.

    `others` are the volunteer's counted entries of all placements, as far as they can touch it.
    """
    if any(_overlap(one, other) for other in others):
        raise DomainError(
            "You have logged other work for this time. Change the start or the length, or correct the other entry.",
            field="start",
        )
    for day in _days(one, zone_name):
        if minutes_on(day, [one, *others], zone_name) > _length(day, zone_name):
            raise DomainError(
                f"With this you would have logged more than a day’s hours on {day:%d %B %Y}. "
                "Check the length, and what else you have logged for that day.",
                field="spent",
            )


def check_loggable(state: PlacementState) -> None:
    """Refuse new hours where nobody is at work."""
    if state not in LOGGABLE_STATES:
        raise Conflict(NOT_LOGGABLE)


def minutes_on(day: dt.date, entries: Iterable[TimeSpan], zone_name: str) -> int:
    """How much of `entries` lies on a local day: timed work is cut at midnight, untimed counts on its day."""
    begins = times.to_instant(dt.datetime.combine(day, dt.time()), zone_name)
    ends = times.end_of_day(day, zone_name)
    total = 0
    for one in entries:
        if one.started_at and one.ended_at:
            total += max(0, _minutes(min(one.ended_at, ends) - max(one.started_at, begins)))
        elif one.worked_on == day:
            total += one.minutes
    return total


def _overlap(one: TimeSpan, other: TimeSpan) -> bool:
    if not (one.started_at and one.ended_at and other.started_at and other.ended_at):
        return False
    return one.started_at < other.ended_at and other.started_at < one.ended_at


def _days(one: TimeSpan, zone_name: str) -> list[dt.date]:
    """The local days that it touches."""
    if not (one.started_at and one.ended_at):
        return [one.worked_on]
    last = times.local_day(one.ended_at - dt.timedelta(minutes=1), zone_name)
    first = times.local_day(one.started_at, zone_name)
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _length(day: dt.date, zone_name: str) -> int:
    """24 hours; 23 on the day that loses one."""
    begins = times.to_instant(dt.datetime.combine(day, dt.time()), zone_name)
    return min(times.DAY_MINUTES, _minutes(times.end_of_day(day, zone_name) - begins))


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 60)
