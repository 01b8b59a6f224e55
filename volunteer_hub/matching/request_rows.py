"""A row of `facts.request_columns`, as the driver gives it or read by SQLAlchemy, as plain values.

A round reads tens of thousands: a text that comes again is taken apart once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from volunteer_hub.core.db import split_rows
from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.partner_requests.deadlines import has_passed
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.vocabulary.states import LANGUAGE_RANK, SKILL_RANK

SKILL_RANK_OF = {level.value: rank for level, rank in SKILL_RANK.items()}
LANGUAGE_RANK_OF = {level.value: rank for level, rank in LANGUAGE_RANK.items()}
OPEN = RequestState.OPEN.value
REQUEST_COLUMN_COUNT, SPECIALTY_COLUMN, LAST_DAY_COLUMN, SEATS_COLUMN, ZONE_COLUMN = 25, 7, 9, 11, 17
"""How many `request_columns` there are, and where some of them stand; the seats that are filled stand behind the seats."""
Levels = tuple[tuple[str, int], ...]


def is_past_deadline(plain: Sequence[Any], today: dt.date) -> bool:
    """Whether the last day to respond is over. The clock has a say in it, so nobody may remember the answer."""
    return has_passed(_day(plain[LAST_DAY_COLUMN]), plain[ZONE_COLUMN], today=today)


def to_request_facts(plain: Sequence[Any], today: dt.date, group: str | None, late: bool) -> RequestFacts:
    """The request, with the group of its specialty. Choices are texts here; days may be texts too."""
    (
        ident, state, minutes, weeks, delivery, urgency, kind, specialty, start, _respond_by, opened_at,
        seats, filled, institution, raised_by, _programme, runs, zone,
        agreements, partners, placed, barred, skills, languages, windows,
    ) = plain  # fmt: skip
    required, welcome = _skills(skills)
    return RequestFacts(
        id=ident,
        is_open=bool(state == OPEN and filled < seats and runs and not late),
        weekly_minutes=minutes or 0,
        weeks=weeks or 1,
        delivery=delivery or "asynchronous",
        earliest_start_on=_day(start) or today,
        zone=zone,
        specialty=specialty,
        urgency=urgency,
        kind=kind,
        institution_id=institution,
        contact_id=raised_by,
        opened_on=_day(opened_at),
        has_agreement=_holds(agreements, today),
        is_allowed_remotely=kind is None or not barred or kind not in barred.split(),
        approved_count=int(placed),
        specialty_group=group,
        languages=_languages(languages),
        required=required,
        welcome=welcome,
        windows=parse_windows(windows),
        partners=_numbers(partners),
    )


@lru_cache(maxsize=1_000)
def _holds(agreements: str | None, today: dt.date) -> bool:
    """Whether one of the packed (signed, last day) of a hospital's agreements holds on `today`."""
    return any(signed <= today.isoformat() <= last for signed, last in split_rows(agreements))


@lru_cache(maxsize=5_000)
def _day(stored: str | dt.date | None) -> dt.date | None:
    """A day or the day of an instant; SQLite's driver gives texts, in UTC."""
    if isinstance(stored, str):
        return dt.date.fromisoformat(stored[:10])
    return stored.astimezone(dt.UTC).date() if isinstance(stored, dt.datetime) else stored


@lru_cache(maxsize=5_000)
def _skills(text: str | None) -> tuple[Levels, Levels]:
    """The required and the welcome."""
    rows = [(code, SKILL_RANK_OF[level], required) for code, level, required in split_rows(text)]
    return tuple(row[:2] for row in rows if row[2] == "1"), tuple(row[:2] for row in rows if row[2] == "0")


@lru_cache(maxsize=5_000)
def _languages(text: str | None) -> Mapping[str, int]:
    return {code: LANGUAGE_RANK_OF[level] for code, level in split_rows(text)}


@lru_cache(maxsize=1_000)
def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(int(ident) for (ident,) in split_rows(text))


def parse_windows(text: str | None) -> tuple[Window, ...]:
    """Packed windows, in order."""
    return tuple(map(_window, sorted(text.split("|")))) if text else ()


@lru_cache(maxsize=10_000)
def _window(text: str) -> Window:
    """There are few to tell apart: people begin and end at round times."""
    return Window(*map(int, text.split(",")))
