"""A generated programme of any size, from a seed: the real vocabulary, hospitals of real countries, plausible people.

`draw_world` draws it as arrays; matching_tables.py writes it into a database or converts it for the engine. Volunteers
know two fields of the skills tree well; requests need skills of one field, most in English, some in a language that
few volunteers speak; both have hours, dates and windows. No person in it is real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.matching.engine.volunteer_arrays import VocabularyIndex
from volunteer_hub.matching.request_rows import LANGUAGE_RANK_OF, SKILL_RANK_OF

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
    """Columns of volunteers (`v`) and of requests (`r`); lists are padded with NONE. Numbers stand for codes of `index`."""

    index: VocabularyIndex
    v: dict[str, Ints]
    r: dict[str, Ints]
    zones: list[str]
    countries: list[tuple[str, str, tuple[str, ...]]]
    employers: list[int]
    professions: list[tuple[str, bool]]


def draw_world(index: VocabularyIndex, volunteers: int, requests: int, *, seed: int = 1) -> World:
    """Draw a programme. Needs the reference data for countries, employers and professions."""
    rng = np.random.default_rng(seed)
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
    _draw_volunteers(world, rng, volunteers, fields)
    _draw_requests(world, rng, requests, fields)
    return world


def _fields(index: VocabularyIndex) -> list[Ints]:
    """Return the skills of each top-level field of the tree."""
    tops = sorted({code.split(".")[0] for code in index.skills})
    return [np.array([n for code, n in index.skills.items() if code.split(".")[0] == top]) for top in tops]


def _draw_skewed(rng: np.random.Generator, size: Any, number: int, flat: int = 6) -> Ints:
    """Draw numbers below `number`, low ones more often."""
    p = 1 / (np.arange(number) + flat)
    return rng.choice(number, size, p=p / p.sum())


def _of_field(rng: np.random.Generator, field: Ints, fields: Sequence[Ints], steep: float) -> Ints:
    """Draw one skill of each of these fields; a higher `steep` prefers the first, broader skills of a field."""
    sizes = np.array([len(skills) for skills in fields])
    start = np.cumsum(sizes) - sizes
    at = (sizes[field] * rng.random(field.shape) ** steep).astype(np.int64)
    skills: Ints = np.concatenate(fields)[start[field] + at]
    return skills


def _draw_volunteers(world: World, rng: np.random.Generator, n: int, fields: Sequence[Ints]) -> None:
    v, index = world.v, world.index
    own = _draw_skewed(rng, (n, 2), len(fields))
    field = np.where(rng.random((n, 8)) < 0.75, own[np.arange(n)[:, None], rng.integers(0, 2, (n, 8))],
                     _draw_skewed(rng, (n, 8), len(fields)))  # fmt: skip
    v["skills"] = _distinct(_of_field(rng, field, fields, 1.6), rng.integers(3, 9, n))
    v["skill_levels"] = rng.choice(3, (n, 8), p=[0.2, 0.5, 0.3])
    codes = [index.languages["en"], *(index.languages[code] for code in SPOKEN)]
    speaks = rng.random((n, len(codes))) < np.array([1.0, *SPOKEN.values()])
    v["languages"] = np.where(speaks, np.array(codes), NONE)
    v["language_levels"] = np.where(np.arange(len(codes)) == 0, 6, rng.integers(1, 7, (n, len(codes))))
    v["specialties"] = _distinct(_draw_skewed(rng, (n, 2), len(index.specialties), 30), rng.integers(1, 3, n))
    v["goals"] = _distinct(rng.integers(0, len(KINDS), (n, 2)), rng.integers(0, 3, n))
    v["windows"] = _windows(rng, n, 6, rng.integers(3, 7, n), (7, 8, 12, 13, 14, 16, 17, 18, 19), (4, 6, 8, 12, 16))
    v["zone"] = np.where(rng.random(n) < 0.985, 0, rng.integers(1, len(world.zones), n))
    v["minutes"] = rng.choice([60, 90, 120, 180, 240, 300], n)
    v["capacity"] = rng.choice([1, 2, 3], n, p=[0.75, 0.2, 0.05])
    v["from"], v["until"] = _days(rng, n, 0.15, 0, 90), _days(rng, n, 0.15, 30, 300)
    v["employer"] = rng.integers(0, len(world.employers), n)
    v["profession"] = rng.integers(0, len(world.professions), n)
    v["ready"] = (rng.random(n) < 0.92).astype(np.int64)


def _draw_requests(world: World, rng: np.random.Generator, n: int, fields: Sequence[Ints]) -> None:
    r, index = world.r, world.index
    hospitals = max(3, n // 20)
    r["hospital_country"] = _draw_skewed(rng, hospitals, len(world.countries), 4)
    r["twin"] = np.where(rng.random(hospitals) < 0.5, rng.integers(0, len(world.employers), hospitals), NONE)
    r["hospital"] = rng.integers(0, hospitals, n)
    field = _draw_skewed(rng, (n, 1), len(fields)).repeat(6, axis=1)
    r["skills"] = _distinct(_of_field(rng, field, fields, 3.5), np.full(n, 6))
    r["skill_levels"] = rng.choice(3, (n, 6), p=[0.2, 0.6, 0.2])
    r["required"], r["welcome"] = rng.choice([1, 2, 3], n, p=[0.65, 0.27, 0.08]), rng.integers(0, 4, n)
    country = r["hospital_country"][r["hospital"]]
    local = np.array([
        next((index.languages[c] for c in codes if c in SPOKEN), index.languages["en"])
        for _iso2, _zone, codes in world.countries
    ])  # fmt: skip
    english = rng.random(n) < 0.7
    r["languages"] = np.stack(
        [np.where(english, index.languages["en"], local[country]),
         np.where(english & (local[country] != index.languages["en"]) & (rng.random(n) < 0.5), local[country], NONE)],
        axis=1,
    )  # fmt: skip
    r["language_levels"] = rng.integers(2, 5, (n, 2))
    r["specialty"] = np.where(rng.random(n) < 0.85, _draw_skewed(rng, n, len(index.specialties), 30), NONE)
    r["windows"] = _windows(rng, n, 4, rng.integers(2, 5, n), (8, 9, 10, 13, 14, 15), (8, 12, 16))
    r["minutes"] = rng.choice([60, 90, 120, 180, 240], n, p=[0.4, 0.25, 0.25, 0.05, 0.05])
    r["weeks"] = rng.choice([4, 6, 8, 12, 26], n)
    r["start"] = rng.integers(7, 90, n)
    r["opened"] = rng.integers(1, 80, n)
    r["delivery"] = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    r["urgency"] = rng.choice(3, n, p=[0.7, 0.2, 0.1])
    r["kind"] = rng.integers(0, len(KINDS), n)
    r["seats"] = rng.integers(1, 5, n)


def _distinct(drawn_codes: Ints, number: Ints) -> Ints:
    """Return at most `number` codes of each row, without duplicates."""
    codes = np.sort(drawn_codes, axis=1)
    codes[:, 1:][codes[:, 1:] == codes[:, :-1]] = NONE
    order = np.random.default_rng(len(codes)).permuted(np.tile(np.arange(codes.shape[1]), (len(codes), 1)), axis=1)
    codes = np.take_along_axis(codes, order, axis=1)
    codes[np.arange(codes.shape[1]) >= number[:, None]] = NONE
    return codes


def _windows(
    rng: np.random.Generator, n: int, most: int, number: Ints, hours: Sequence[int], quarters: Sequence[int]
) -> Ints:
    """Draw up to `most` windows per row as (weekday, start, end); a few start at odd minutes."""
    day = np.where(rng.random((n, most)) < 0.85, rng.integers(0, 5, (n, most)), rng.integers(5, 7, (n, most)))
    odd = np.where(rng.random((n, most)) < 0.01, 10, 0)
    start = rng.choice(hours, (n, most)) * 60 + odd
    end = np.minimum(start + rng.choice(quarters, (n, most)) * 15, 1440)
    windows = np.stack([day, start, end], axis=2)
    windows[np.arange(most) >= number[:, None]] = NONE
    return windows


def _days(rng: np.random.Generator, n: int, share: float, first: int, last: int) -> Ints:
    """Draw days from today for a share of the rows, NONE for the others."""
    return np.where(rng.random(n) < share, rng.integers(first, last, n), NONE)


# Row by row


def list_entries(codes: Ints, *others: Ints) -> Iterator[tuple[int, ...]]:
    """Yield (row, code, others ...) of a padded table."""
    row, at = np.nonzero(codes != NONE)
    return zip(row.tolist(), codes[row, at].tolist(), *(other[row, at].tolist() for other in others), strict=True)


def spans(windows: Ints) -> Iterator[tuple[int, ...]]:
    """Yield (row, weekday, start, end) of padded windows."""
    row, at = np.nonzero(windows[:, :, 0] != NONE)
    return zip(row.tolist(), *(windows[row, at, n].tolist() for n in range(3)), strict=True)


def distinct_entries(rows: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """Yield rows without repeating a (row, code)."""
    return iter({row[:2]: row for row in rows}.values())


def request_skills(world: World) -> Iterator[tuple[int, int, int, bool]]:
    """Yield (request, skill, level, required): the first skills of a request are required, the next are welcome."""
    r, seen = world.r, dict[int, int]()
    required, welcome = r["required"].tolist(), r["welcome"].tolist()
    for n, code, level in list_entries(r["skills"], r["skill_levels"]):
        at = seen[n] = seen.get(n, -1) + 1
        if at < required[n] + welcome[n]:
            yield n, code, level, at < required[n]
