"""A made-up programme of any size, from a seed: the curated words, hospitals of real countries, plausible people.

`drawn` draws it as arrays; `insert` writes it into a database, `people_of` and `requests_of` hand it to the engine
without one. Volunteers know two fields of the skills tree well; requests ask for a field's skills, most in English,
some in a language that few speak; both have their hours, dates and windows. Nothing in it is a real person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.db import db
from volunteer_hub.core.times import Window
from volunteer_hub.institutions.models import Country, DataSharingAgreement, Institution, Partnership
from volunteer_hub.matching.engine import people as arrays
from volunteer_hub.matching.engine.people import Index, People
from volunteer_hub.matching.facts import LANGUAGE_RANK_OF, SKILL_RANK_OF
from volunteer_hub.matching.rules import RequestFacts
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

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
COUNTRIES = (
    "UG",
    "ZM",
    "MW",
    "KE",
    "GH",
    "NG",
    "ET",
    "TZ",
    "RW",
    "SL",
    "NP",
    "PK",
    "BD",
    "EG",
    "SD",
    "SN",
    "MZ",
    "BO",
    "CD",
)
SPOKEN = {"fr": 0.09, "es": 0.06, "hi": 0.05, "ar": 0.03, "ur": 0.03, "pt": 0.02, "bn": 0.02, "sw": 0.015, "ne": 0.006, "am": 0.003}  # fmt: skip
ELSEWHERE = ("Europe/Dublin", "Africa/Nairobi", "Asia/Kathmandu", "America/La_Paz")
SKILL_LEVELS, LANGUAGE_LEVELS = list(SKILL_RANK_OF), list(LANGUAGE_RANK_OF)
KINDS = ("teaching", "mentoring", "case_discussion", "quality_improvement", "guideline", "curriculum")
DELIVERIES, URGENCIES = ("live", "mixed", "asynchronous"), ("routine", "soon", "urgent")
Ints = NDArray[np.int64]
NONE = -1


@dataclass
class World:
    """Volunteers (v_) and requests (r_), a row each; lists are padded with NONE. Numbers stand for codes of `index`."""

    index: Index
    v: dict[str, Ints]
    r: dict[str, Ints]
    zones: list[str]
    countries: list[tuple[str, str, tuple[str, ...]]]
    employers: list[int]
    professions: list[tuple[str, bool]]


def drawn(index: Index, volunteers: int, requests: int, *, seed: int = 1) -> World:
    """Draw a world. Needs the reference data for countries, employers and professions."""
    chance = np.random.default_rng(seed)
    known = {row.iso2: row for row in db.session.scalars(sa.select(Country).where(Country.iso2.in_(COUNTRIES)))}
    countries = [
        (
            iso2,
            known[iso2].time_zone,
            tuple(code for code in known[iso2].languages.split("|") if code in index.languages),
        )
        for iso2 in COUNTRIES
    ]
    professions = sa.text("SELECT code, regulator <> 'none' FROM profession ORDER BY code")
    world = World(
        index, {}, {}, ["Europe/London", *ELSEWHERE], countries,
        list(db.session.scalars(sa.select(Institution.id).where(Institution.kind == "nhs").order_by(Institution.id))),
        [(code, bool(regulated)) for code, regulated in db.session.execute(professions).tuples()],
    )  # fmt: skip
    fields = _fields(index)
    _draw_volunteers(world, chance, volunteers, fields)
    _draw_requests(world, chance, requests, fields)
    return world


def _fields(index: Index) -> list[Ints]:
    """The skills of each top of the tree, those that many ask for first."""
    tops = sorted({code.split(".")[0] for code in index.skills})
    return [np.array([n for code, n in index.skills.items() if code.split(".")[0] == top]) for top in tops]


def _skewed(chance: np.random.Generator, size: Any, number: int, flat: int = 6) -> Ints:
    """Numbers below `number`, the low ones oftener."""
    p = 1 / (np.arange(number) + flat)
    return chance.choice(number, size, p=p / p.sum())


def _of_field(chance: np.random.Generator, field: Ints, fields: Sequence[Ints], steep: float) -> Ints:
    """One skill of each of these fields; broad ones come first in a field and are drawn oftener, the steeper the more."""
    sizes = np.array([len(one) for one in fields])
    start = np.cumsum(sizes) - sizes
    at = (sizes[field] * chance.random(field.shape) ** steep).astype(np.int64)
    found: Ints = np.concatenate(fields)[start[field] + at]
    return found


def _draw_volunteers(world: World, chance: np.random.Generator, n: int, fields: Sequence[Ints]) -> None:
    v, index = world.v, world.index
    own = _skewed(chance, (n, 2), len(fields))
    field = np.where(chance.random((n, 8)) < 0.75, own[np.arange(n)[:, None], chance.integers(0, 2, (n, 8))],
                     _skewed(chance, (n, 8), len(fields)))  # fmt: skip
    v["skills"] = _distinct(_of_field(chance, field, fields, 1.6), chance.integers(3, 9, n))
    v["skill_levels"] = chance.choice(3, (n, 8), p=[0.2, 0.5, 0.3])
    codes = [index.languages["en"], *(index.languages[code] for code in SPOKEN)]
    speaks = chance.random((n, len(codes))) < np.array([1.0, *SPOKEN.values()])
    v["languages"] = np.where(speaks, np.array(codes), NONE)
    v["language_levels"] = np.where(np.arange(len(codes)) == 0, 6, chance.integers(1, 7, (n, len(codes))))
    v["specialties"] = _distinct(_skewed(chance, (n, 2), len(index.specialties), 30), chance.integers(1, 3, n))
    v["goals"] = _distinct(chance.integers(0, len(KINDS), (n, 2)), chance.integers(0, 3, n))
    v["windows"] = _windows(
        chance, n, 6, chance.integers(3, 7, n), (7, 8, 12, 13, 14, 16, 17, 18, 19), (4, 6, 8, 12, 16)
    )
    v["zone"] = np.where(chance.random(n) < 0.985, 0, chance.integers(1, len(world.zones), n))
    v["minutes"] = chance.choice([60, 90, 120, 180, 240, 300], n)
    v["capacity"] = chance.choice([1, 2, 3], n, p=[0.75, 0.2, 0.05])
    v["from"], v["until"] = _days(chance, n, 0.15, 0, 90), _days(chance, n, 0.15, 30, 300)
    v["employer"] = chance.integers(0, len(world.employers), n)
    v["profession"] = chance.integers(0, len(world.professions), n)
    v["ready"] = (chance.random(n) < 0.92).astype(np.int64)


def _draw_requests(world: World, chance: np.random.Generator, n: int, fields: Sequence[Ints]) -> None:
    r, index = world.r, world.index
    hospitals = max(3, n // 20)
    r["hospital_country"] = _skewed(chance, hospitals, len(world.countries), 4)
    r["twin"] = np.where(chance.random(hospitals) < 0.5, chance.integers(0, len(world.employers), hospitals), NONE)
    r["hospital"] = chance.integers(0, hospitals, n)
    field = _skewed(chance, (n, 1), len(fields)).repeat(6, axis=1)
    r["skills"] = _distinct(_of_field(chance, field, fields, 3.5), np.full(n, 6))
    r["skill_levels"] = chance.choice(3, (n, 6), p=[0.2, 0.6, 0.2])
    r["required"], r["welcome"] = chance.choice([1, 2, 3], n, p=[0.65, 0.27, 0.08]), chance.integers(0, 4, n)
    country = r["hospital_country"][r["hospital"]]
    local = np.array([
        next((index.languages[c] for c in codes if c in SPOKEN), index.languages["en"])
        for _iso2, _zone, codes in world.countries
    ])  # fmt: skip
    english = chance.random(n) < 0.7
    r["languages"] = np.stack(
        [np.where(english, index.languages["en"], local[country]),
         np.where(english & (local[country] != index.languages["en"]) & (chance.random(n) < 0.5), local[country], NONE)],
        axis=1,
    )  # fmt: skip
    r["language_levels"] = chance.integers(2, 5, (n, 2))
    r["specialty"] = np.where(chance.random(n) < 0.85, _skewed(chance, n, len(index.specialties), 30), NONE)
    r["windows"] = _windows(chance, n, 4, chance.integers(2, 5, n), (8, 9, 10, 13, 14, 15), (8, 12, 16))
    r["minutes"] = chance.choice([60, 90, 120, 180, 240], n, p=[0.4, 0.25, 0.25, 0.05, 0.05])
    r["weeks"] = chance.choice([4, 6, 8, 12, 26], n)
    r["start"] = chance.integers(7, 90, n)
    r["opened"] = chance.integers(1, 80, n)
    r["delivery"] = chance.choice(3, n, p=[0.5, 0.3, 0.2])
    r["urgency"] = chance.choice(3, n, p=[0.7, 0.2, 0.1])
    r["kind"] = chance.integers(0, len(KINDS), n)
    r["seats"] = chance.integers(1, 5, n)


def _distinct(drawn_codes: Ints, number: Ints) -> Ints:
    """At most `number` of each row, no code twice."""
    kept = np.sort(drawn_codes, axis=1)
    kept[:, 1:][kept[:, 1:] == kept[:, :-1]] = NONE
    order = np.random.default_rng(len(kept)).permuted(np.tile(np.arange(kept.shape[1]), (len(kept), 1)), axis=1)
    kept = np.take_along_axis(kept, order, axis=1)
    kept[np.arange(kept.shape[1]) >= number[:, None]] = NONE
    return kept


def _windows(
    chance: np.random.Generator, n: int, most: int, number: Ints, hours: Sequence[int], quarters: Sequence[int]
) -> Ints:
    """Up to `most` windows a row as (weekday, start, end); a few begin at odd minutes."""
    day = np.where(chance.random((n, most)) < 0.85, chance.integers(0, 5, (n, most)), chance.integers(5, 7, (n, most)))
    odd = np.where(chance.random((n, most)) < 0.01, 10, 0)
    start = chance.choice(hours, (n, most)) * 60 + odd
    end = np.minimum(start + chance.choice(quarters, (n, most)) * 15, 1440)
    found = np.stack([day, start, end], axis=2)
    found[np.arange(most) >= number[:, None]] = NONE
    return found


def _days(chance: np.random.Generator, n: int, share: float, first: int, last: int) -> Ints:
    """Days from today for some, NONE for the others."""
    return np.where(chance.random(n) < share, chance.integers(first, last, n), NONE)


# Into a database


def insert(world: World, *, programme: str = "A made-up programme") -> int:
    """Write the world, committed; gives the programme's id. Ids go on after what is there."""
    hospitals = _insert_hospitals(world)
    programme_id = _insert_programme(programme, hospitals)
    _insert_volunteers(world)
    _insert_requests(world, programme_id, hospitals)
    db.session.commit()
    return programme_id


def _next(model: Any) -> int:
    return (db.session.scalar(sa.select(sa.func.max(model.id))) or 0) + 1


def put(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows of one shape, many at a time, past the objects."""
    statement, some = sa.insert(model.__table__), []
    for row in rows:
        some.append(row)
        if len(some) == 20_000:
            db.session.execute(statement, some)
            some = []
    if some:
        db.session.execute(statement, some)


def _insert_hospitals(world: World) -> list[int]:
    first = _next(Institution)
    ids = list(range(first, first + len(world.r["twin"])))
    places = [world.countries[n] for n in world.r["hospital_country"].tolist()]
    put(Institution, (
        {"id": ident, "kind": "overseas", "name": f"Hospital {ident}", "town": "Northtown", "country_iso2": iso2,
         "time_zone": zone, "languages": "|".join(codes) or "en", "connectivity": "good"}
        for ident, (iso2, zone, codes) in zip(ids, places, strict=True)
    ))  # fmt: skip
    put(DataSharingAgreement, (
        {"institution_id": ident, "reference": f"DSA {ident}", "signed_on": TODAY - dt.timedelta(days=30), "recorded_at": NOW}
        for ident in ids
    ))  # fmt: skip
    put(Partnership, (
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
    put(ProgrammeInstitution, ({"programme_id": programme.id, "institution_id": one} for one in hospitals))
    return programme.id


def _insert_volunteers(world: World) -> None:
    v, skills, languages = world.v, list(world.index.skills), list(world.index.languages)
    number, account, first = len(v["zone"]), _next(Account), _next(Volunteer)
    plain = {
        name: v[name].tolist()
        for name in ("zone", "minutes", "capacity", "from", "until", "employer", "profession", "ready")
    }
    put(Account, (
        {"id": account + n, "name": f"Volunteer {n}", "email": f"v{account + n}@example.org", "state": "active",
         "time_zone": world.zones[plain["zone"][n]], "locale": "en", "created_at": NOW}
        for n in range(number)
    ))  # fmt: skip
    put(Volunteer, (
        {"id": first + n, "account_id": account + n, "profession_code": world.professions[plain["profession"][n]][0],
         "employer_id": world.employers[plain["employer"][n]], "weekly_minutes": plain["minutes"][n],
         "available_from_on": _date(plain["from"][n]), "available_until_on": _date(plain["until"][n]),
         "capacity": plain["capacity"][n], "state": "ready" if plain["ready"][n] else "checking",
         "ready_until_on": TODAY + dt.timedelta(days=200), "created_at": NOW, "updated_at": NOW, "version": 1}
        for n in range(number)
    ))  # fmt: skip
    put(VolunteerSkill, (
        {"volunteer_id": first + n, "skill_code": skills[code], "level": SKILL_LEVELS[level]}
        for n, code, level in _listed(v["skills"], v["skill_levels"])
    ))  # fmt: skip
    put(VolunteerLanguage, (
        {"volunteer_id": first + n, "language": languages[code], "level": LANGUAGE_LEVELS[level]}
        for n, code, level in _listed(v["languages"], v["language_levels"])
    ))  # fmt: skip
    specialties = list(world.index.specialties)
    put(
        VolunteerSpecialty,
        ({"volunteer_id": first + n, "specialty_code": specialties[code]} for n, code in _listed(v["specialties"])),
    )
    put(VolunteerGoal, ({"volunteer_id": first + n, "kind": KINDS[code]} for n, code in _listed(v["goals"])))
    put(AvailabilityWindow, (
        {"volunteer_id": first + n, "weekday": day, "start_minute": start, "end_minute": end}
        for n, day, start, end in _spans(v["windows"])
    ))  # fmt: skip


def _insert_requests(world: World, programme_id: int, hospitals: Sequence[int]) -> None:
    r, skills, languages = world.r, list(world.index.skills), list(world.index.languages)
    number, first, asker = len(r["kind"]), _next(PartnerRequest), _next(Account)
    put(Account, ({"id": asker, "name": "A partner", "email": f"partner{asker}@example.org", "state": "active",
                   "time_zone": "Africa/Kampala", "locale": "en", "created_at": NOW},))  # fmt: skip
    put(PartnerRequest, (
        {"id": first + n, "programme_id": programme_id, "institution_id": hospitals[one.hospital_id], "raised_by_id": asker,
         "title": f"Request {n}", "kind": one.kind, "specialty_code": one.specialty, "weekly_minutes": one.weekly_minutes,
         "weeks": one.weeks, "seats": int(r["seats"][n]), "seats_filled": 0, "delivery": one.delivery,
         "urgency": one.urgency, "earliest_start_on": one.start, "state": "open", "created_at": NOW, "updated_at": NOW,
         "opened_at": NOW - dt.timedelta(days=int(r["opened"][n])), "version": 1}
        for n, one in enumerate(_plain(world))
    ))  # fmt: skip
    put(RequestSkill, (
        {"request_id": first + n, "skill_code": skills[code], "level": SKILL_LEVELS[level], "required": required}
        for n, code, level, required in _asked(world)
    ))  # fmt: skip
    put(RequestLanguage, (
        {"request_id": first + n, "language": languages[code], "level": LANGUAGE_LEVELS[level]}
        for n, code, level in _once(_listed(r["languages"], r["language_levels"]))
    ))  # fmt: skip
    put(RequestWindow, (
        {"request_id": first + n, "weekday": day, "start_minute": start, "end_minute": end}
        for n, day, start, end in _spans(r["windows"])
    ))  # fmt: skip
    assert number == len(r["seats"])


def _date(days: int) -> dt.date | None:
    return None if days == NONE else TODAY + dt.timedelta(days=days)


def _listed(codes: Ints, *others: Ints) -> Iterator[tuple[int, ...]]:
    """(row, code, others ...) of a padded table."""
    row, at = np.nonzero(codes != NONE)
    return zip(row.tolist(), codes[row, at].tolist(), *(other[row, at].tolist() for other in others), strict=True)


def _spans(windows: Ints) -> Iterator[tuple[int, ...]]:
    row, at = np.nonzero(windows[:, :, 0] != NONE)
    return zip(row.tolist(), *(windows[row, at, n].tolist() for n in range(3)), strict=True)


def _once(rows: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """No (row, code) twice."""
    return iter({row[:2]: row for row in rows}.values())


def _asked(world: World) -> Iterator[tuple[int, int, int, bool]]:
    """(request, skill, level, required): the first skills of a request are required, the next are welcome."""
    r, seen = world.r, dict[int, int]()
    required, welcome = r["required"].tolist(), r["welcome"].tolist()
    for n, code, level in _listed(r["skills"], r["skill_levels"]):
        at = seen[n] = seen.get(n, -1) + 1
        if at < required[n] + welcome[n]:
            yield n, code, level, at < required[n]


@dataclass(frozen=True)
class _One:
    hospital_id: int
    kind: str
    specialty: str | None
    weekly_minutes: int
    weeks: int
    delivery: str
    urgency: str
    start: dt.date


def _plain(world: World) -> Iterator[_One]:
    """The requests' own columns as the database has them."""
    r, specialties = world.r, list(world.index.specialties)
    names = ("hospital", "kind", "specialty", "minutes", "weeks", "delivery", "urgency", "start")
    for hospital, kind, specialty, minutes, weeks, delivery, urgency, start in zip(
        *(r[name].tolist() for name in names), strict=True
    ):
        yield _One(
            hospital, KINDS[kind], None if specialty == NONE else specialties[specialty], minutes, weeks,
            DELIVERIES[delivery], URGENCIES[urgency], TODAY + dt.timedelta(days=start),
        )  # fmt: skip


# Without a database


def people_of(world: World) -> People:
    """The volunteers as the engine would have loaded them."""
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
    return People(
        index=index, ids=ids, accounts=ids, ready=v["ready"].astype(np.bool_), weekly=v["minutes"].astype(np.int32),
        free=v["minutes"].astype(np.int32), places=v["capacity"].astype(np.int32),
        **{name: np.zeros(n, np.int32) for name in ("waiting", "proposed", "waiting_minutes")},
        from_day=np.where(v["from"] == NONE, 0, today + v["from"]).astype(np.int32),
        until_day=np.where(v["until"] == NONE, arrays.NEVER, today + v["until"]).astype(np.int32),
        zone=v["zone"].astype(np.int16), zones=world.zones, employers=np.array(world.employers)[v["employer"]],
        regulated=np.array([regulated for _code, regulated in world.professions])[v["profession"]],
        completed=np.zeros(n, np.uint8), ever_placed=np.zeros(n, np.bool_), resting=np.zeros(n, np.bool_),
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
    """Levels in skills, each counting for those above it."""
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


def requests_of(world: World) -> tuple[list[RequestFacts], dict[int, int]]:
    """The requests as the rules want them, and the free seats of each."""
    r, index, number = world.r, world.index, len(world.r["kind"])
    skills, languages, specialties = list(index.skills), list(index.languages), list(index.specialties)
    groups = list(index.groups)
    asked: list[tuple[list[Any], list[Any]]] = [([], []) for _ in range(number)]
    for n, code, level, required in _asked(world):
        asked[n][0 if required else 1].append((skills[code], level + 1))
    spoken: list[dict[str, int]] = [{} for _ in range(number)]
    for n, code, level in _listed(r["languages"], r["language_levels"]):
        spoken[n][languages[code]] = level + 1
    windows: list[list[Window]] = [[] for _ in range(number)]
    for n, day, start, end in _spans(r["windows"]):
        windows[n].append(Window(day, start, end))
    twins, country, opened = r["twin"].tolist(), r["hospital_country"].tolist(), r["opened"].tolist()
    group_of = dict(zip(specialties, index.group_of, strict=True))
    found = [
        RequestFacts(
            id=n + 1, is_open=True, weekly_minutes=one.weekly_minutes, weeks=one.weeks, delivery=one.delivery,
            earliest_start_on=one.start, zone=world.countries[country[one.hospital_id]][1], specialty=one.specialty,
            urgency=one.urgency, kind=one.kind, languages=spoken[n], required=tuple(sorted(asked[n][0])),
            welcome=tuple(sorted(asked[n][1])), windows=tuple(sorted(windows[n])), institution_id=one.hospital_id,
            specialty_group=groups[group_of[one.specialty]] if one.specialty else None,
            opened_on=(NOW - dt.timedelta(days=opened[n])).date(), partners=_partners(world, twins[one.hospital_id]),
        )
        for n, one in enumerate(_plain(world))
    ]  # fmt: skip
    return found, dict(enumerate(r["seats"].tolist(), 1))


def _partners(world: World, twin: int) -> frozenset[int]:
    return frozenset() if twin == NONE else frozenset({world.employers[twin]})
