"""A small programme with everything in it that can happen, in the test's database."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import sqlalchemy as sa

from benchmarks.matching_data import NOW, TODAY, draw_world
from benchmarks.matching_tables import insert, insert_rows
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import Factor, RestrictionKind
from volunteer_hub.institutions.models import DataSharingAgreement, Institution, Partnership
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.matching.models import FactorOverride, Match, MatchRestriction, RoundSetting, WeightSet
from volunteer_hub.matching.states import MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill
from volunteer_hub.volunteers.models import (
    AvailabilityWindow,
    Volunteer,
    VolunteerLanguage,
    VolunteerSkill,
)

ENDED = {MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.EXPIRED}


def odd_world(volunteers: int = 40, requests: int = 30, *, seed: int = 1) -> int:
    """Insert it, committed; gives the programme's id."""
    programme_id = insert(draw_world(build_index(), volunteers, requests, seed=seed))
    chance = random.Random(seed)  # noqa: S311 -- a world from a seed
    people = list(db.session.scalars(sa.select(Volunteer.id).order_by(Volunteer.id)))
    asked = list(db.session.scalars(sa.select(PartnerRequest.id).order_by(PartnerRequest.id)))
    hospitals = list(
        db.session.scalars(sa.select(PartnerRequest.institution_id).distinct().order_by(sa.literal_column("1")))
    )
    _odd_people(chance, people)
    _odd_requests(chance, asked, hospitals, programme_id)
    _matches(chance, people, asked)
    _bars(chance, people, hospitals)
    _overrides(chance, people, asked)
    db.session.commit()
    return programme_id


def _odd_people(chance: random.Random, people: list[int]) -> None:
    """Odd minutes that join, windows over each other, other zones, no skills at all, words that nobody curates."""
    for who in chance.sample(people, len(people) // 3):
        day = chance.randrange(7)
        spans = [(day, 550, 580), (day, 580, 610), (day, 600, 700), (6, 1380, 1440), (0, 0, 65), (day, 905, 913)]
        insert_rows(
            AvailabilityWindow,
            ({"volunteer_id": who, "weekday": d, "start_minute": a, "end_minute": b} for d, a, b in spans),
        )
    for who in chance.sample(people, 8):
        zone = chance.choice(
            ["Asia/Kathmandu", "America/La_Paz", "Africa/Cairo", "Africa/Khartoum", "Australia/Lord_Howe"]
        )
        db.session.execute(
            sa.text("UPDATE account SET time_zone=:z WHERE id=(SELECT account_id FROM volunteer WHERE id=:v)"),
            {"z": zone, "v": who},
        )
    for who in people[:3]:
        db.session.execute(sa.delete(VolunteerSkill).where(VolunteerSkill.volunteer_id == who))
    for who in chance.sample(people, 8):
        insert_rows(
            VolunteerLanguage, ({"volunteer_id": who, "language": "qya", "level": chance.choice(["b1", "native"])},)
        )
    for column, value in (("ready_until_on", TODAY - dt.timedelta(days=1)), ("ready_until_on", TODAY), ("weekly_minutes", 61),
                          ("available_until_on", TODAY), ("profession_code", None), ("employer_id", None)):  # fmt: skip
        db.session.execute(
            sa.update(Volunteer).where(Volunteer.id.in_(chance.sample(people, 3))).values({column: value})
        )


def _odd_requests(chance: random.Random, asked: list[int], hospitals: list[int], programme_id: int) -> None:
    """No skills, no languages, no windows, unknown words, an employer twinned, an agreement run out, a barred kind."""
    db.session.execute(sa.delete(RequestSkill).where(RequestSkill.request_id.in_(asked[:4])))
    db.session.execute(sa.delete(RequestLanguage).where(RequestLanguage.request_id.in_(asked[2:6])))
    insert_rows(RequestLanguage, [{"request_id": one, "language": "qya", "level": "b2"} for one in asked[4:8]])
    db.session.execute(
        sa.text("DELETE FROM request_window WHERE request_id IN (:a, :b)"), {"a": asked[8], "b": asked[9]}
    )
    for column, value in (
        ("kind", None), ("opened_at", None), ("weeks", 1), ("weekly_minutes", 0), ("specialty_code", "G-MIDW"),
        ("earliest_start_on", TODAY - dt.timedelta(days=40)), ("respond_by_on", TODAY - dt.timedelta(days=1)), ("seats", 3),
    ):  # fmt: skip
        db.session.execute(
            sa.update(PartnerRequest).where(PartnerRequest.id.in_(chance.sample(asked, 2))).values({column: value})
        )
    db.session.execute(sa.text("UPDATE partner_request SET seats_filled = 1 WHERE seats > 1 AND id % 3 = 0"))
    db.session.execute(
        sa.text(
            "UPDATE partner_request SET contact_id=(SELECT account_id FROM volunteer ORDER BY id LIMIT 1 OFFSET 5) WHERE id=:r"
        ),
        {"r": asked[11]},
    )
    agreement = sa.update(DataSharingAgreement).where(DataSharingAgreement.institution_id == hospitals[0])
    db.session.execute(agreement.values(expires_on=TODAY - dt.timedelta(days=1)))
    uk = db.session.scalars(sa.select(Institution.id).where(Institution.kind == "nhs").order_by(Institution.id)).all()
    taken = set(
        db.session.execute(sa.select(Partnership.uk_institution_id, Partnership.overseas_institution_id)).tuples()
    )
    rows = [
        {"uk_institution_id": one, "overseas_institution_id": hospitals[1], "theme": "All"}
        for one in uk
        if (one, hospitals[1]) not in taken
    ]
    insert_rows(Partnership, rows[::2])
    insert_rows(RoundSetting, [{"programme_id": programme_id, "proposals_per_volunteer": 2, "proposals_per_seat": 1,
                        "fill_first": True, "excluded_support_kinds": "guideline", "version": 1}])  # fmt: skip


def _matches(chance: random.Random, people: list[int], asked: list[int]) -> None:
    """Matches in every state, several of a pair, ended well or broken off, lately or long ago."""
    live: set[tuple[int, int]] = set()
    rows: list[dict[str, Any]] = []
    for _ in range(len(people) * 3):
        who, what, state = chance.choice(people), chance.choice(asked), chance.choice(list(MatchState))
        if state not in ENDED and (who, what) in live:
            continue
        if state not in ENDED:
            live.add((who, what))
        at = NOW - dt.timedelta(days=chance.choice([2, 27, 28, 60, 89, 90, 200]))
        over = state is MatchState.APPROVED and chance.random() < 0.6
        rows.append({
            "request_id": what, "volunteer_id": who, "origin": Origin.ENGINE, "state": state, "score": 50, "score_breakdown": "[]",
            "reason": chance.choice(list(Reason)) if state in {MatchState.DECLINED, MatchState.WITHDRAWN} else None,
            "decided_at": at if state in {MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.APPROVED} else None,
            "created_at": at, "respond_by_at": at + dt.timedelta(days=1), "version": 1,
            "ended_at": at if over else None, "ended_early": over and chance.random() < 0.5,
        })  # fmt: skip
    insert_rows(Match, rows)


def _bars(chance: random.Random, people: list[int], hospitals: list[int]) -> None:
    both = [(who, kind) for who in people[:2] for kind in RestrictionKind]
    insert_rows(MatchRestriction, (
        {"volunteer_id": who, "institution_id": hospitals[n % 2] if n > 3 else hospitals[1], "kind": kind, "reason": "As agreed.",
         "set_at": NOW, "revoked_at": NOW if n % 5 == 4 else None}
        for n, (who, kind) in enumerate(both + [(who, chance.choice(list(RestrictionKind))) for who in chance.sample(people[2:], 12)])
    ))  # fmt: skip


def _overrides(chance: random.Random, people: list[int], asked: list[int]) -> None:
    pairs = chance.sample([(who, what) for who in people for what in asked], 60)
    insert_rows(FactorOverride, (
        {"volunteer_id": who, "request_id": what, "factor": chance.choice(list(Factor)), "share": chance.randrange(101),
         "reason": "I know them.", "set_at": NOW, "revoked_at": NOW if n % 7 == 6 else None}
        for n, (who, what) in enumerate(pairs)
    ))  # fmt: skip


def other_weights() -> int:
    """A second version of the weights with an uneven spread; gives its number."""
    points = [20, 19, 17, 11, 7, 6, 5, 5, 3, 4, 3]
    text = "{" + ", ".join(f'"{factor.value}": {n}' for factor, n in zip(Factor, points, strict=True)) + "}"
    row = WeightSet(points=text, reason="To see", created_at=NOW)
    db.session.add(row)
    db.session.commit()
    return row.id
