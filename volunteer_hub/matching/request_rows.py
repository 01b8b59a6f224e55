"""Conversion of a row of `facts.request_columns`, from the driver or from SQLAlchemy, to plain values.

A round reads tens of thousands of rows, so packed texts are parsed once and cached.
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
"""The number of `request_columns`, and the positions of some of them; the filled seats follow SEATS_COLUMN."""
Levels = tuple[tuple[str, int], ...]


def is_past_deadline(values: Sequence[Any], today: dt.date) -> bool:
    """Whether the last day to respond has passed. Depends on the current time, so its result must not be cached."""
    return has_passed(_parse_day(values[LAST_DAY_COLUMN]), values[ZONE_COLUMN], today=today)


def to_request_facts(
    values: Sequence[Any], today: dt.date, specialty_group: str | None, has_deadline_passed: bool
) -> RequestFacts:
    """Return the request, with the group of its specialty. Enum values are texts here; days may be texts too."""
    (
        request_id, state, minutes, weeks, delivery, urgency, kind, specialty, earliest_start, _respond_by, opened_at,
        seats, seats_filled, institution_id, contact_id, _programme, is_programme_open, zone,
        agreements, partners, approved_count, excluded_kinds, skills, languages, windows,
    ) = values  # fmt: skip
    required, welcome = _parse_skills(skills)
    return RequestFacts(
        id=request_id,
        is_open=bool(state == OPEN and seats_filled < seats and is_programme_open and not has_deadline_passed),
        weekly_minutes=minutes or 0,
        weeks=weeks or 1,
        delivery=delivery or "asynchronous",
        earliest_start_on=_parse_day(earliest_start) or today,
        zone=zone,
        specialty=specialty,
        urgency=urgency,
        kind=kind,
        institution_id=institution_id,
        contact_id=contact_id,
        opened_on=_parse_day(opened_at),
        has_agreement=_has_agreement_in_force(agreements, today),
        is_allowed_remotely=kind is None or not excluded_kinds or kind not in excluded_kinds.split(),
        approved_count=int(approved_count),
        specialty_group=specialty_group,
        languages=_parse_languages(languages),
        required=required,
        welcome=welcome,
        windows=parse_windows(windows),
        twinned_institution_ids=_parse_ids(partners),
    )


@lru_cache(maxsize=1_000)
def _has_agreement_in_force(agreements: str | None, today: dt.date) -> bool:
    """Whether one of the packed (signed on, last day) of a hospital's agreements is in force on `today`."""
    return any(signed_on <= today.isoformat() <= last_day for signed_on, last_day in split_rows(agreements))


@lru_cache(maxsize=5_000)
def _parse_day(stored: str | dt.date | None) -> dt.date | None:
    """Return a day, or the UTC day of an instant; SQLite's driver returns texts."""
    if isinstance(stored, str):
        return dt.date.fromisoformat(stored[:10])
    return stored.astimezone(dt.UTC).date() if isinstance(stored, dt.datetime) else stored


@lru_cache(maxsize=5_000)
def _parse_skills(text: str | None) -> tuple[Levels, Levels]:
    """Return (required skills, welcome skills)."""
    rows = [(code, SKILL_RANK_OF[level], required) for code, level, required in split_rows(text)]
    return tuple(row[:2] for row in rows if row[2] == "1"), tuple(row[:2] for row in rows if row[2] == "0")


@lru_cache(maxsize=5_000)
def _parse_languages(text: str | None) -> Mapping[str, int]:
    return {code: LANGUAGE_RANK_OF[level] for code, level in split_rows(text)}


@lru_cache(maxsize=1_000)
def _parse_ids(text: str | None) -> frozenset[int]:
    return frozenset(int(ident) for (ident,) in split_rows(text))


def parse_windows(text: str | None) -> tuple[Window, ...]:
    """Return packed windows in order."""
    return tuple(map(_parse_window, sorted(text.split("|")))) if text else ()


@lru_cache(maxsize=10_000)
def _parse_window(text: str) -> Window:
    """Cached: most windows begin and end at round times, so there are few distinct ones."""
    return Window(*map(int, text.split(",")))
