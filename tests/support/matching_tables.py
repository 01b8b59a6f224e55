"""Writes a generated programme (matching_data.py) into a database, or converts it into the engine's arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from tests.support.matching_data import (
    DELIVERIES,
    KINDS,
    LANGUAGE_LEVELS,
    NONE,
    NOW,
    SKILL_LEVELS,
    TODAY,
    URGENCIES,
    Ints,
    World,
    distinct_entries,
    list_entries,
    request_skills,
    spans,
)
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.times import Window
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.institutions.models import DataSharingAgreement, Institution, Partnership
from volunteer_hub.matching.engine import volunteer_arrays as arrays
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill, RequestWindow
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerGoal,
    VolunteerLanguage,
    VolunteerSkill,
    VolunteerSpecialty,
)


def insert(world: World, *, programme: str = "A made-up programme") -> int:
    """Insert the generated programme, committed. Returns the programme's id. Ids continue after existing rows."""
    hospitals = _insert_hospitals(world)
    programme_id = _insert_programme(programme, hospitals)
    _insert_volunteers(world)
    _insert_requests(world, programme_id, hospitals)
    db.session.commit()
    return programme_id


def _next(model: Any) -> int:
    return (db.session.scalar(sa.select(sa.func.max(model.id))) or 0) + 1


def insert_rows(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows of one shape in batches of 20,000, without ORM objects."""
    statement, batch = sa.insert(model.__table__), []
    for row in rows:
        batch.append(row)
        if len(batch) == 20_000:
            db.session.execute(statement, batch)
            batch = []
    if batch:
        db.session.execute(statement, batch)


def _insert_hospitals(world: World) -> list[int]:
    first = _next(Institution)
    ids = list(range(first, first + len(world.r["twin"])))
    places = [world.countries[n] for n in world.r["hospital_country"].tolist()]
    insert_rows(Institution, (
        {"id": ident, "kind": "overseas", "name": f"Hospital {ident}", "town": "Northtown", "country_iso2": iso2,
         "time_zone": zone, "languages": "|".join(codes) or "en", "connectivity": "good"}
        for ident, (iso2, zone, codes) in zip(ids, places, strict=True)
    ))  # fmt: skip
    insert_rows(DataSharingAgreement, (
        {"institution_id": ident, "reference": f"DSA {ident}", "signed_on": TODAY - dt.timedelta(days=30), "recorded_at": NOW}
        for ident in ids
    ))  # fmt: skip
    insert_rows(Partnership, (
        {"uk_institution_id": world.employers[twin], "overseas_institution_id": ident, "theme": "Nursing"}
        for ident, twin in zip(ids, world.r["twin"].tolist(), strict=True) if twin != NONE
    ))  # fmt: skip
    return ids


def _insert_programme(name: str, hospitals: Sequence[int]) -> int:
    programme = Programme(
        name=name, funder="A fund", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2028, 12, 31),
        target_volunteers=25, currency="GBP", default_allocation_minor=50_000, state="active",
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    insert_rows(ProgrammeInstitution, ({"programme_id": programme.id, "institution_id": one} for one in hospitals))
    return programme.id


def _insert_volunteers(world: World) -> None:
    v, skills, languages = world.v, list(world.index.skills), list(world.index.languages)
    number, account, first = len(v["zone"]), _next(Account), _next(Volunteer)
    plain = {
        name: v[name].tolist()
        for name in ("zone", "minutes", "capacity", "from", "until", "employer", "profession", "ready")
    }
    insert_rows(Account, (
        {"id": account + n, "name": f"Volunteer {n}", "email": f"v{account + n}@example.org", "state": "active",
         "time_zone": world.zones[plain["zone"][n]], "locale": "en", "created_at": NOW}
        for n in range(number)
    ))  # fmt: skip
    insert_rows(Volunteer, (
        {"id": first + n, "account_id": account + n, "profession_code": world.professions[plain["profession"][n]][0],
         "employer_id": world.employers[plain["employer"][n]], "weekly_minutes": plain["minutes"][n],
         "available_from_on": _date(plain["from"][n]), "available_until_on": _date(plain["until"][n]),
         "capacity": plain["capacity"][n], "state": "ready" if plain["ready"][n] else "checking",
         "ready_until_on": TODAY + dt.timedelta(days=200), "created_at": NOW, "updated_at": NOW, "version": 1}
        for n in range(number)
    ))  # fmt: skip
    insert_rows(VolunteerSkill, (
        {"volunteer_id": first + n, "skill_code": skills[code], "level": SKILL_LEVELS[level]}
        for n, code, level in list_entries(v["skills"], v["skill_levels"])
    ))  # fmt: skip
    insert_rows(VolunteerLanguage, (
        {"volunteer_id": first + n, "language": languages[code], "level": LANGUAGE_LEVELS[level]}
        for n, code, level in list_entries(v["languages"], v["language_levels"])
    ))  # fmt: skip
    specialties = list(world.index.specialties)
    insert_rows(
        VolunteerSpecialty,
        (
            {"volunteer_id": first + n, "specialty_code": specialties[code]}
            for n, code in list_entries(v["specialties"])
        ),
    )
    insert_rows(
        VolunteerGoal, ({"volunteer_id": first + n, "kind": KINDS[code]} for n, code in list_entries(v["goals"]))
    )
    insert_rows(AvailabilityWindow, (
        {"volunteer_id": first + n, "weekday": day, "start_minute": start, "end_minute": end}
        for n, day, start, end in spans(v["windows"])
    ))  # fmt: skip


def _insert_requests(world: World, programme_id: int, hospitals: Sequence[int]) -> None:
    r, skills, languages = world.r, list(world.index.skills), list(world.index.languages)
    first, asker = _next(PartnerRequest), _next(Account)
    insert_rows(Account, ({"id": asker, "name": "A partner", "email": f"partner{asker}@example.org", "state": "active",
                   "time_zone": "Africa/Kampala", "locale": "en", "created_at": NOW},))  # fmt: skip
    insert_rows(PartnerRequest, (
        {"id": first + n, "programme_id": programme_id, "institution_id": hospitals[one.hospital_id], "contact_id": asker,
         "title": f"Request {n}", "kind": one.kind, "specialty_code": one.specialty, "weekly_minutes": one.weekly_minutes,
         "weeks": one.weeks, "seats": int(r["seats"][n]), "seats_filled": 0, "delivery": one.delivery,
         "urgency": one.urgency, "earliest_start_on": one.start, "state": "open", "created_at": NOW, "updated_at": NOW,
         "opened_at": NOW - dt.timedelta(days=int(r["opened"][n])), "version": 1}
        for n, one in enumerate(_request_rows(world))
    ))  # fmt: skip
    insert_rows(RequestSkill, (
        {"request_id": first + n, "skill_code": skills[code], "level": SKILL_LEVELS[level], "required": required}
        for n, code, level, required in request_skills(world)
    ))  # fmt: skip
    insert_rows(RequestLanguage, (
        {"request_id": first + n, "language": languages[code], "level": LANGUAGE_LEVELS[level]}
        for n, code, level in distinct_entries(list_entries(r["languages"], r["language_levels"]))
    ))  # fmt: skip
    insert_rows(RequestWindow, (
        {"request_id": first + n, "weekday": day, "start_minute": start, "end_minute": end}
        for n, day, start, end in spans(r["windows"])
    ))  # fmt: skip


def _date(days: int) -> dt.date | None:
    return None if days == NONE else TODAY + dt.timedelta(days=days)


@dataclass(frozen=True)
class _RequestRow:
    hospital_id: int
    kind: str
    specialty: str | None
    weekly_minutes: int
    weeks: int
    delivery: str
    urgency: str
    start: dt.date


def _request_rows(world: World) -> Iterator[_RequestRow]:
    """Yield the requests' own columns as the database has them."""
    r, specialties = world.r, list(world.index.specialties)
    names = ("hospital", "kind", "specialty", "minutes", "weeks", "delivery", "urgency", "start")
    for hospital, kind, specialty, minutes, weeks, delivery, urgency, start in zip(
        *(r[name].tolist() for name in names), strict=True
    ):
        yield _RequestRow(
            hospital, KINDS[kind], None if specialty == NONE else specialties[specialty], minutes, weeks,
            DELIVERIES[delivery], URGENCIES[urgency], TODAY + dt.timedelta(days=start),
        )  # fmt: skip


def volunteer_arrays(world: World) -> VolunteerArrays:
    """Return the volunteers as the engine would load them."""
    v, index = world.v, world.index
    n = len(v["zone"])
    ids = np.arange(1, n + 1)
    groups = np.zeros((1, n), np.uint64)
    who, at = np.nonzero(v["specialties"] != NONE)
    np.bitwise_or.at(groups[0], who, np.uint64(1) << np.array(index.group_of, np.uint64)[v["specialties"][who, at]])
    goals = np.zeros(n, np.uint16)
    kinds = np.array([index.kinds[kind] for kind in KINDS], np.uint16)
    who, at = np.nonzero(v["goals"] != NONE)
    np.bitwise_or.at(goals, who, np.uint16(1) << kinds[v["goals"][who, at]])
    today = TODAY.toordinal()
    return VolunteerArrays(
        index=index, ids=ids, accounts=ids, ready=v["ready"].astype(np.bool_), weekly_minutes=v["minutes"].astype(np.int32),
        free_minutes=v["minutes"].astype(np.int32), capacity_left=v["capacity"].astype(np.int32),
        **{name: np.zeros(n, np.int32) for name in ("waiting", "proposed", "waiting_minutes")},
        from_day=np.where(v["from"] == NONE, 0, today + v["from"]).astype(np.int32),
        until_day=np.where(v["until"] == NONE, arrays.NO_DAY, today + v["until"]).astype(np.int32),
        zone=v["zone"].astype(np.int16), zones=world.zones, employers=np.array(world.employers)[v["employer"]],
        is_regulated=np.array([regulated for _code, regulated in world.professions])[v["profession"]],
        completed=np.zeros(n, np.uint8), was_ever_placed=np.zeros(n, np.bool_), in_cooldown=np.zeros(n, np.bool_),
        levels=_levels(world), languages=_table(v["languages"], v["language_levels"], len(index.languages)),
        specialties=_bits(v["specialties"], len(index.specialties)), groups=groups, goals=goals,
        masks=arrays.masks_of(*_span_columns(v["windows"]), n),
    )  # fmt: skip


def _table(codes: Ints, levels: Ints, number: int) -> NDArray[np.uint8]:
    table = np.zeros((number, len(codes)), np.uint8)
    who, at = np.nonzero(codes != NONE)
    table[codes[who, at], who] = levels[who, at] + 1
    return table


def _levels(world: World) -> NDArray[np.uint8]:
    """Return skill levels, each counting for the skill's ancestors too."""
    table = _table(world.v["skills"], world.v["skill_levels"], len(world.index.skills))
    deepest_first = sorted(range(len(table)), key=lambda n: -list(world.index.skills)[n].count("."))
    for skill in deepest_first:
        if world.index.parents[skill] >= 0:
            above = table[world.index.parents[skill]]
            np.maximum(above, table[skill], out=above)
    return table


def _bits(codes: Ints, number: int) -> NDArray[np.uint64]:
    table = np.zeros((-(-number // 64), len(codes)), np.uint64)
    who, at = np.nonzero(codes != NONE)
    code = codes[who, at]
    np.bitwise_or.at(table, (code // 64, who), np.uint64(1) << (code % 64).astype(np.uint64))
    return table


def _span_columns(windows: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    row, at = np.nonzero(windows[:, :, 0] != NONE)
    return row, windows[row, at, 0], windows[row, at, 1], windows[row, at, 2]


def request_facts(world: World) -> tuple[list[RequestFacts], dict[int, int]]:
    """Return the requests' facts, and the free seats by request id."""
    r, index, number = world.r, world.index, len(world.r["kind"])
    skills, languages, specialties = list(index.skills), list(index.languages), list(index.specialties)
    groups = list(index.groups)
    wanted: list[tuple[list[Any], list[Any]]] = [([], []) for _ in range(number)]
    for n, code, level, required in request_skills(world):
        wanted[n][0 if required else 1].append((skills[code], level + 1))
    spoken: list[dict[str, int]] = [{} for _ in range(number)]
    for n, code, level in list_entries(r["languages"], r["language_levels"]):
        spoken[n][languages[code]] = level + 1
    windows: list[list[Window]] = [[] for _ in range(number)]
    for n, day, start, end in spans(r["windows"]):
        windows[n].append(Window(day, start, end))
    twins, country, opened = r["twin"].tolist(), r["hospital_country"].tolist(), r["opened"].tolist()
    group_of = dict(zip(specialties, index.group_of, strict=True))
    facts = [
        RequestFacts(
            id=n + 1, is_open=True, weekly_minutes=one.weekly_minutes, weeks=one.weeks, delivery=one.delivery,
            earliest_start_on=one.start, zone=world.countries[country[one.hospital_id]][1], specialty=one.specialty,
            urgency=one.urgency, kind=one.kind, languages=spoken[n], required=tuple(sorted(wanted[n][0])),
            welcome=tuple(sorted(wanted[n][1])), windows=tuple(sorted(windows[n])), institution_id=one.hospital_id,
            specialty_group=groups[group_of[one.specialty]] if one.specialty else None,
            opened_on=(NOW - dt.timedelta(days=opened[n])).date(), twinned_institution_ids=_partners(world, twins[one.hospital_id]),
        )
        for n, one in enumerate(_request_rows(world))
    ]  # fmt: skip
    return facts, dict(enumerate(r["seats"].tolist(), 1))


def _partners(world: World, twin: int) -> frozenset[int]:
    return frozenset() if twin == NONE else frozenset({world.employers[twin]})
