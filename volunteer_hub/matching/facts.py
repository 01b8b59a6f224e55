"""From rows to the plain values that the rules want: one query for any number of rows."""

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
"""All requests of a hospital, beside the one in the row."""


def request_columns() -> list[Any]:
    """What `request_facts` reads, for a select that joins Institution."""
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
        # No correlation: the database reads the few closed programmes once, whatever the number of requests.
        R.programme_id.not_in(sa.select(P.id).where(P.state == ProgrammeState.CLOSED)).label("runs"),
        Institution.time_zone.label("host_zone"),
        *_about_the_hospital(),
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


def _about_the_hospital() -> list[Any]:
    """What a hospital brings to all its requests. `placed` reads an index alone (ix_partner_request_placed)."""
    agreed = DataSharingAgreement
    placed = sa.select(sa.func.coalesce(sa.func.sum(REQUESTS_OF_HOSPITAL.seats_filled), 0)).where(
        REQUESTS_OF_HOSPITAL.institution_id == R.institution_id
    )
    excluded = sa.select(RoundSetting.excluded_support_kinds).where(RoundSetting.programme_id == R.programme_id)
    return [
        aggregate_rows(
            agreed.signed_on,
            sa.func.coalesce(sa.cast(agreed.expires_on, sa.Text), sa.literal_column("'9999-12-31'")),
            where=agreed.institution_id == R.institution_id,
        ).label("agreements"),
        aggregate_rows(
            Partnership.uk_institution_id, where=Partnership.overseas_institution_id == R.institution_id
        ).label("partners"),
        placed.scalar_subquery().label("placed"),
        excluded.scalar_subquery().label("excluded_support_kinds"),
    ]


def request_facts(row: Any, *, today: dt.date) -> RequestFacts:
    """The request in a row whose first columns are `request_columns`. What a draft leaves open counts as least."""
    plain = tuple(value.value if isinstance(value, enum.Enum) else value for value in row[:REQUEST_COLUMN_COUNT])
    return _known_request(plain, today, _group(plain[SPECIALTY_COLUMN]), is_past_deadline(plain, today))


def bulk_request_facts(rows: Iterable[Sequence[Any]], *, today: dt.date) -> Iterator[RequestFacts]:
    """The same of many rows of `request_columns`, as the driver gives them."""
    groups = {code: word.parent or code for code, word in vocabulary.vocabulary().specialties.items()}
    return (
        to_request_facts(plain, today, groups.get(plain[SPECIALTY_COLUMN]), is_past_deadline(plain, today))
        for plain in rows
    )


def free_seats_by_request(rows: Iterable[Sequence[Any]]) -> dict[int, int]:
    """Of the same rows the seats that nobody has, by request."""
    return {row[0]: row[SEATS_COLUMN] - row[SEATS_COLUMN + 1] for row in rows}


def _group(specialty: str | None) -> str | None:
    """The group of a specialty; one that is a group itself stands for itself."""
    word = vocabulary.vocabulary().specialties.get(specialty) if specialty else None
    return (word.parent or word.code) if word else None


_known_request = lru_cache(maxsize=5_000)(to_request_facts)
"""The same request is looked at by many volunteers."""


def volunteer_columns() -> list[Any]:
    """What `volunteer_facts` reads, for a select that joins Account."""
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
        *_profile(),
        *match_history.history_columns(),
    ]


def _profile() -> list[Any]:
    """The lists of a profile, packed."""
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
    """The volunteer in a row with `volunteer_columns`. Ready means: state and every check in date."""
    in_date = row.ready_until_on is None or today <= row.ready_until_on
    specialties = frozenset(code for (code,) in split_rows(row.held_specialties))
    earlier = match_history.read_history(row.matches)
    return VolunteerFacts(
        id=row.volunteer_id,
        is_ready=row.volunteer_state == VolunteerState.READY and in_date,
        weekly_minutes=row.given_minutes or 0,
        zone=row.own_zone,
        capacity=row.capacity,
        placements=earlier.placements,
        promised_minutes=earlier.promised_minutes,
        from_on=row.available_from_on,
        until_on=row.available_until_on,
        languages={code: LANGUAGE_RANK_OF[level] for code, level in split_rows(row.held_languages)},
        skills=tuple((code, SKILL_RANK_OF[level]) for code, level in split_rows(row.held_skills)),
        specialties=specialties,
        specialty_groups=frozenset(filter(None, map(_group, specialties))),
        windows=parse_windows(row.own_windows),
        account_id=row.own_account_id,
        employer_id=row.own_employer_id,
        is_regulated=bool(row.regulator) and row.regulator != UNREGULATED,
        goals=frozenset(kind for (kind,) in split_rows(row.goals)),
        completed=earlier.completed,
        was_ever_placed=earlier.was_ever_placed,
        prior_matches=earlier.prior_matches,
        not_my_field=earlier.not_my_field,
        cooldown_until=earlier.cooldown_until,
        restrictions={int(ident): RestrictionKind(kind) for ident, kind in split_rows(row.restrictions)},
        overrides={(int(ident), Factor(factor)): int(share) for ident, factor, share in split_rows(row.overrides)},
    )
