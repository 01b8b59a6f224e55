"""Conversion of rows to the plain values that the rules evaluate: one query for any number of rows."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import aggregate_rows, split_rows
from volunteer_hub.fit.rules import Factor, RequestFacts, RestrictionKind, VolunteerFacts
from volunteer_hub.institutions.models import DataSharingAgreement, Institution, Partnership
from volunteer_hub.matching import match_history
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.matching.request_rows import (
    LANGUAGE_RANK_OF,
    REQUEST_COLUMN_COUNT,
    SEATS_COLUMN,
    SKILL_RANK_OF,
    SPECIALTY_COLUMN,
    is_past_deadline,
    parse_windows,
    to_request_facts,
)
from volunteer_hub.partner_requests.models import (
    PartnerRequest,
    RequestLanguage,
    RequestSkill,
    RequestWindow,
)
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.models import Profession
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)
from volunteer_hub.volunteers.rules import UNREGULATED
from volunteer_hub.volunteers.states import VolunteerState

P, R, V = Programme, PartnerRequest, Volunteer
REQUESTS_OF_HOSPITAL = aliased(PartnerRequest)
"""All requests of a hospital, beside the request of the row."""


def request_columns() -> list[Any]:
    """Return the columns that `request_facts` reads, for a select that joins Institution."""
    return [
        R.id.label("request_id"),
        R.state.label("request_state"),
        R.weekly_minutes.label("asked_minutes"),
        R.weeks,
        R.delivery,
        R.urgency,
        R.kind,
        R.specialty_code,
        R.earliest_start_on,
        R.respond_by_on,
        R.opened_at,
        R.seats,
        R.seats_filled,
        R.institution_id,
        R.contact_id,
        R.programme_id,
        # Not correlated: the database reads the few closed programmes once per statement.
        R.programme_id.not_in(sa.select(P.id).where(P.state == ProgrammeState.CLOSED)).label("runs"),
        Institution.time_zone.label("host_zone"),
        *_hospital_columns(),
        aggregate_rows(
            RequestSkill.skill_code,
            RequestSkill.level,
            sa.case((RequestSkill.required, sa.literal_column("'1'")), else_=sa.literal_column("'0'")),
            where=RequestSkill.request_id == R.id,
        ).label("asked_skills"),
        aggregate_rows(RequestLanguage.language, RequestLanguage.level, where=RequestLanguage.request_id == R.id).label(
            "asked_languages"
        ),
        aggregate_rows(
            RequestWindow.weekday,
            RequestWindow.start_minute,
            RequestWindow.end_minute,
            where=RequestWindow.request_id == R.id,
        ).label("host_windows"),
    ]


def _hospital_columns() -> list[Any]:
    """Return the columns that all requests of a hospital share.

    `placed` uses an index-only scan (ix_partner_request_placed).
    """
    agreement = DataSharingAgreement
    approved_count = sa.select(sa.func.coalesce(sa.func.sum(REQUESTS_OF_HOSPITAL.seats_filled), 0)).where(
        REQUESTS_OF_HOSPITAL.institution_id == R.institution_id
    )
    excluded = sa.select(RoundSetting.excluded_support_kinds).where(RoundSetting.programme_id == R.programme_id)
    return [
        aggregate_rows(
            agreement.signed_on,
            sa.func.coalesce(sa.cast(agreement.expires_on, sa.Text), sa.literal_column("'9999-12-31'")),
            where=agreement.institution_id == R.institution_id,
        ).label("agreements"),
        aggregate_rows(
            Partnership.uk_institution_id, where=Partnership.overseas_institution_id == R.institution_id
        ).label("partners"),
        approved_count.scalar_subquery().label("placed"),
        excluded.scalar_subquery().label("excluded_support_kinds"),
    ]


def request_facts(row: Any, *, today: dt.date) -> RequestFacts:
    """Return the request of a row that begins with `request_columns`. Fields that a draft leaves empty get their
    minimum.
    """
    values = tuple(value.value if isinstance(value, enum.Enum) else value for value in row[:REQUEST_COLUMN_COUNT])
    return _cached_request_facts(
        values, today, _specialty_group(values[SPECIALTY_COLUMN]), is_past_deadline(values, today)
    )


def bulk_request_facts(rows: Iterable[Sequence[Any]], *, today: dt.date) -> Iterator[RequestFacts]:
    """Return the requests of many rows of `request_columns`, as the driver returns them."""
    groups = {code: specialty.parent or code for code, specialty in vocabulary.vocabulary().specialties.items()}
    return (
        to_request_facts(values, today, groups.get(values[SPECIALTY_COLUMN]), is_past_deadline(values, today))
        for values in rows
    )


def free_seats_by_request(rows: Iterable[Sequence[Any]]) -> dict[int, int]:
    """Return the number of free seats by request id, from rows of `request_columns`."""
    return {row[0]: row[SEATS_COLUMN] - row[SEATS_COLUMN + 1] for row in rows}


def _specialty_group(code: str | None) -> str | None:
    """Return the group of a specialty; a group is its own group."""
    specialty = vocabulary.vocabulary().specialties.get(code) if code else None
    return (specialty.parent or specialty.code) if specialty else None


_cached_request_facts = lru_cache(maxsize=5_000)(to_request_facts)
"""Cached, because many volunteers look at the same request."""


def volunteer_columns() -> list[Any]:
    """Return the columns that `volunteer_facts` reads, for a select that joins Account."""
    return [
        V.id.label("volunteer_id"),
        V.account_id.label("own_account_id"),
        V.state.label("volunteer_state"),
        V.ready_until_on,
        V.weekly_minutes.label("given_minutes"),
        V.capacity,
        V.available_from_on,
        V.available_until_on,
        V.employer_id.label("own_employer_id"),
        Account.time_zone.label("own_zone"),
        sa.select(Profession.regulator)
        .where(Profession.code == V.profession_code)
        .scalar_subquery()
        .label("regulator"),
        *_profile_columns(),
        *match_history.history_columns(),
    ]


def _profile_columns() -> list[Any]:
    """Return the lists of a profile, each packed into one text."""
    window = AvailabilityWindow
    return [
        aggregate_rows(
            VolunteerSkill.skill_code, VolunteerSkill.level, where=VolunteerSkill.volunteer_id == V.id
        ).label("held_skills"),
        aggregate_rows(
            VolunteerLanguage.language, VolunteerLanguage.level, where=VolunteerLanguage.volunteer_id == V.id
        ).label("held_languages"),
        aggregate_rows(VolunteerSpecialty.specialty_code, where=VolunteerSpecialty.volunteer_id == V.id).label(
            "held_specialties"
        ),
        aggregate_rows(VolunteerGoal.kind, where=VolunteerGoal.volunteer_id == V.id).label("goals"),
        aggregate_rows(window.weekday, window.start_minute, window.end_minute, where=window.volunteer_id == V.id).label(
            "own_windows"
        ),
    ]


def volunteer_facts(row: Any, *, today: dt.date) -> VolunteerFacts:
    """Return the volunteer of a row with `volunteer_columns`; ready means: in that state, with every check in date."""
    checks_in_date = row.ready_until_on is None or today <= row.ready_until_on
    specialties = frozenset(code for (code,) in split_rows(row.held_specialties))
    history = match_history.read_history(row.matches)
    return VolunteerFacts(
        id=row.volunteer_id,
        is_ready=row.volunteer_state == VolunteerState.READY and checks_in_date,
        weekly_minutes=row.given_minutes or 0,
        zone=row.own_zone,
        capacity=row.capacity,
        placements=history.placements,
        promised_minutes=history.promised_minutes,
        from_on=row.available_from_on,
        until_on=row.available_until_on,
        languages={code: LANGUAGE_RANK_OF[level] for code, level in split_rows(row.held_languages)},
        skills=tuple((code, SKILL_RANK_OF[level]) for code, level in split_rows(row.held_skills)),
        specialties=specialties,
        specialty_groups=frozenset(filter(None, map(_specialty_group, specialties))),
        windows=parse_windows(row.own_windows),
        account_id=row.own_account_id,
        employer_id=row.own_employer_id,
        is_regulated=bool(row.regulator) and row.regulator != UNREGULATED,
        goals=frozenset(kind for (kind,) in split_rows(row.goals)),
        completed=history.completed,
        was_ever_placed=history.was_ever_placed,
        prior_matches=history.prior_matches,
        not_my_field=history.not_my_field,
        cooldown_until=history.cooldown_until,
        restrictions={int(row_id): RestrictionKind(kind) for row_id, kind in split_rows(row.restrictions)},
        overrides={(int(row_id), Factor(factor)): int(share) for row_id, factor, share in split_rows(row.overrides)},
    )
