"""From rows to the plain values that the rules want: one query for any number of rows."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import packed, unpack
from volunteer_hub.core.times import Window
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.rules import RequestFacts, VolunteerFacts
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import (
    PartnerRequest,
    RequestLanguage,
    RequestSkill,
    RequestWindow,
)
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.vocabulary.states import LANGUAGE_RANK, SKILL_RANK, LanguageLevel, SkillLevel
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.states import VolunteerState

P, R, V = Programme, PartnerRequest, Volunteer
Plain = tuple[int, bool, int, int, str, dt.date, str, str | None, str]
"""The first fields of RequestFacts, in their order."""
SKILL_RANK_OF = {level.value: rank for level, rank in SKILL_RANK.items()}
LANGUAGE_RANK_OF = {level.value: rank for level, rank in LANGUAGE_RANK.items()}


def request_columns() -> list[Any]:
    """What `request_facts` reads, for a select that joins Institution."""
    return [
        R.id.label("request_id"),
        R.state.label("request_state"),
        R.weekly_minutes.label("asked_minutes"),
        R.weeks,
        R.delivery,
        R.urgency,
        R.specialty_code,
        R.earliest_start_on,
        R.respond_by_on,
        R.seats,
        R.seats_filled,
        # No correlation: the database reads the few closed programmes once, whatever the number of requests.
        R.programme_id.not_in(sa.select(P.id).where(P.state == ProgrammeState.CLOSED)).label("runs"),
        Institution.time_zone.label("host_zone"),
        packed(
            RequestSkill.skill_code,
            RequestSkill.level,
            sa.case((RequestSkill.required, "1"), else_="0"),
            where=RequestSkill.request_id == R.id,
        ).label("asked_skills"),
        packed(RequestLanguage.language, RequestLanguage.level, where=RequestLanguage.request_id == R.id).label(
            "asked_languages"
        ),
        packed(
            RequestWindow.weekday,
            RequestWindow.start_minute,
            RequestWindow.end_minute,
            where=RequestWindow.request_id == R.id,
        ).label("host_windows"),
    ]


def request_facts(row: Any, *, today: dt.date) -> RequestFacts:
    """The request in a row with `request_columns`. What a draft leaves open counts as least."""
    is_open = row.request_state == RequestState.OPEN and row.seats_filled < row.seats and row.runs
    plain = (
        row.request_id,
        is_open and (row.respond_by_on is None or today <= row.respond_by_on),
        row.asked_minutes or 0,
        row.weeks or 1,
        row.delivery.value if row.delivery else "asynchronous",
        row.earliest_start_on or today,
        row.host_zone,
        row.specialty_code,
        row.urgency.value,
    )
    return _request_facts(plain, row.asked_languages, row.asked_skills, row.host_windows)


@lru_cache(maxsize=2_000)
def _request_facts(plain: Plain, languages: str | None, asked: str | None, windows: str | None) -> RequestFacts:
    """The same request is looked at by many volunteers: its packed texts are read once."""
    skills = unpack(asked)
    return RequestFacts(
        *plain,
        languages={code: LANGUAGE_RANK_OF[level] for code, level in unpack(languages)},
        required=tuple((code, SKILL_RANK_OF[level]) for code, level, required in skills if required == "1"),
        welcome=tuple((code, SKILL_RANK_OF[level]) for code, level, required in skills if required == "0"),
        windows=_windows(windows),
    )


def volunteer_columns() -> list[Any]:
    """What `volunteer_facts` reads, for a select that joins Account."""
    busy = (
        sa.select(sa.func.count(Match.id))
        .where(Match.volunteer_id == V.id, Match.state == MatchState.APPROVED, Match.ended_at.is_(None))
        .scalar_subquery()
    )
    return [
        V.id.label("volunteer_id"),
        V.state.label("volunteer_state"),
        V.ready_until_on,
        V.weekly_minutes.label("given_minutes"),
        V.capacity,
        V.available_from_on,
        V.available_until_on,
        Account.time_zone.label("own_zone"),
        busy.label("placements"),
        packed(VolunteerSkill.skill_code, VolunteerSkill.level, where=VolunteerSkill.volunteer_id == V.id).label(
            "held_skills"
        ),
        packed(VolunteerLanguage.language, VolunteerLanguage.level, where=VolunteerLanguage.volunteer_id == V.id).label(
            "held_languages"
        ),
        packed(VolunteerSpecialty.specialty_code, where=VolunteerSpecialty.volunteer_id == V.id).label(
            "held_specialties"
        ),
        packed(
            AvailabilityWindow.weekday,
            AvailabilityWindow.start_minute,
            AvailabilityWindow.end_minute,
            where=AvailabilityWindow.volunteer_id == V.id,
        ).label("own_windows"),
    ]


def volunteer_facts(row: Any, *, today: dt.date) -> VolunteerFacts:
    """The volunteer in a row with `volunteer_columns`. Ready means: state and every check in date."""
    in_date = row.ready_until_on is None or today <= row.ready_until_on
    return VolunteerFacts(
        id=row.volunteer_id,
        is_ready=row.volunteer_state == VolunteerState.READY and in_date,
        weekly_minutes=row.given_minutes or 0,
        zone=row.own_zone,
        capacity=row.capacity,
        placements=row.placements,
        from_on=row.available_from_on,
        until_on=row.available_until_on,
        languages={code: LANGUAGE_RANK_OF[level] for code, level in unpack(row.held_languages)},
        skills=tuple((code, SKILL_RANK_OF[level]) for code, level in unpack(row.held_skills)),
        specialties=frozenset(code for (code,) in unpack(row.held_specialties)),
        windows=_windows(row.own_windows),
    )


def _windows(text: str | None) -> tuple[Window, ...]:
    return tuple(Window(int(day), int(start), int(end)) for day, start, end in unpack(text))


def skill_level(rank: int) -> SkillLevel:
    """The level of a rank."""
    return list(SkillLevel)[rank - 1]


def language_level(rank: int) -> LanguageLevel:
    """The level of a rank."""
    return list(LanguageLevel)[rank - 1]
