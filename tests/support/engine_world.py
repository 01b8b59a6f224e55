"""A small programme with every case that the matching engine distinguishes, in the test's database."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import sqlalchemy as sa

from tests.support.matching_data import NOW, TODAY, draw_world
from tests.support.matching_tables import insert, insert_rows
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


def insert_varied_world(volunteers: int = 40, requests: int = 30, *, seed: int = 1) -> int:
    """Insert the programme and commit. Returns its id."""
    programme_id = insert(draw_world(build_index(), volunteers, requests, seed=seed))
    rng = random.Random(seed)  # noqa: S311 -- reproducible test data
    volunteer_ids = list(db.session.scalars(sa.select(Volunteer.id).order_by(Volunteer.id)))
    request_ids = list(db.session.scalars(sa.select(PartnerRequest.id).order_by(PartnerRequest.id)))
    hospitals = list(
        db.session.scalars(sa.select(PartnerRequest.institution_id).distinct().order_by(sa.literal_column("1")))
    )
    _vary_volunteers(rng, volunteer_ids)
    _vary_requests(rng, request_ids, hospitals, programme_id)
    _insert_matches(rng, volunteer_ids, request_ids)
    _insert_restrictions(rng, volunteer_ids, hospitals)
    _insert_overrides(rng, volunteer_ids, request_ids)
    db.session.commit()
    return programme_id


def _vary_volunteers(rng: random.Random, volunteer_ids: list[int]) -> None:
    """Add unaligned windows that join, overlapping windows, other time zones, no skills, languages outside the vocabulary."""
    for volunteer_id in rng.sample(volunteer_ids, len(volunteer_ids) // 3):
        day = rng.randrange(7)
        spans = [(day, 550, 580), (day, 580, 610), (day, 600, 700), (6, 1380, 1440), (0, 0, 65), (day, 905, 913)]
        insert_rows(
            AvailabilityWindow,
            (
                {"volunteer_id": volunteer_id, "weekday": weekday, "start_minute": start, "end_minute": end}
                for weekday, start, end in spans
            ),
        )
    for volunteer_id in rng.sample(volunteer_ids, 8):
        zone = rng.choice(
            ["Asia/Kathmandu", "America/La_Paz", "Africa/Cairo", "Africa/Khartoum", "Australia/Lord_Howe"]
        )
        db.session.execute(
            sa.text("UPDATE account SET time_zone=:z WHERE id=(SELECT account_id FROM volunteer WHERE id=:v)"),
            {"z": zone, "v": volunteer_id},
        )
    for volunteer_id in volunteer_ids[:3]:
        db.session.execute(sa.delete(VolunteerSkill).where(VolunteerSkill.volunteer_id == volunteer_id))
    for volunteer_id in rng.sample(volunteer_ids, 8):
        insert_rows(
            VolunteerLanguage,
            ({"volunteer_id": volunteer_id, "language": "qya", "level": rng.choice(["b1", "native"])},),
        )
    for column, value in (("ready_until_on", TODAY - dt.timedelta(days=1)), ("ready_until_on", TODAY), ("weekly_minutes", 61),
                          ("available_until_on", TODAY), ("profession_code", None), ("employer_id", None)):  # fmt: skip
        db.session.execute(
            sa.update(Volunteer).where(Volunteer.id.in_(rng.sample(volunteer_ids, 3))).values({column: value})
        )


def _vary_requests(rng: random.Random, request_ids: list[int], hospitals: list[int], programme_id: int) -> None:
    """Remove skills, languages and windows; add unknown codes, a twinned employer, an expired agreement, an excluded support kind."""
    db.session.execute(sa.delete(RequestSkill).where(RequestSkill.request_id.in_(request_ids[:4])))
    db.session.execute(sa.delete(RequestLanguage).where(RequestLanguage.request_id.in_(request_ids[2:6])))
    insert_rows(
        RequestLanguage, [{"request_id": ident, "language": "qya", "level": "b2"} for ident in request_ids[4:8]]
    )
    db.session.execute(
        sa.text("DELETE FROM request_window WHERE request_id IN (:a, :b)"), {"a": request_ids[8], "b": request_ids[9]}
    )
    for column, value in (
        ("kind", None), ("opened_at", None), ("weeks", 1), ("weekly_minutes", 0), ("specialty_code", "G-MIDW"),
        ("earliest_start_on", TODAY - dt.timedelta(days=40)), ("respond_by_on", TODAY - dt.timedelta(days=1)), ("seats", 3),
    ):  # fmt: skip
        db.session.execute(
            sa.update(PartnerRequest).where(PartnerRequest.id.in_(rng.sample(request_ids, 2))).values({column: value})
        )
    db.session.execute(sa.text("UPDATE partner_request SET seats_filled = 1 WHERE seats > 1 AND id % 3 = 0"))
    db.session.execute(
        sa.text(
            "UPDATE partner_request SET contact_id=(SELECT account_id FROM volunteer ORDER BY id LIMIT 1 OFFSET 5) WHERE id=:r"
        ),
        {"r": request_ids[11]},
    )
    agreement = sa.update(DataSharingAgreement).where(DataSharingAgreement.institution_id == hospitals[0])
    db.session.execute(agreement.values(expires_on=TODAY - dt.timedelta(days=1)))
    uk = db.session.scalars(sa.select(Institution.id).where(Institution.kind == "nhs").order_by(Institution.id)).all()
    taken = set(
        db.session.execute(sa.select(Partnership.uk_institution_id, Partnership.overseas_institution_id)).tuples()
    )
    rows = [
        {"uk_institution_id": ident, "overseas_institution_id": hospitals[1], "theme": "All"}
        for ident in uk
        if (ident, hospitals[1]) not in taken
    ]
    insert_rows(Partnership, rows[::2])
    insert_rows(RoundSetting, [{"programme_id": programme_id, "proposals_per_volunteer": 2, "proposals_per_seat": 1,
                        "fill_first": True, "excluded_support_kinds": "guideline", "version": 1}])  # fmt: skip


def _insert_matches(rng: random.Random, volunteer_ids: list[int], request_ids: list[int]) -> None:
    """Insert matches in every state, several for one pair, completed or ended early, recent or long ago."""
    live: set[tuple[int, int]] = set()
    rows: list[dict[str, Any]] = []
    for _ in range(len(volunteer_ids) * 3):
        volunteer_id, request_id, state = (
            rng.choice(volunteer_ids),
            rng.choice(request_ids),
            rng.choice(list(MatchState)),
        )
        if state not in ENDED and (volunteer_id, request_id) in live:
            continue
        if state not in ENDED:
            live.add((volunteer_id, request_id))
        created_at = NOW - dt.timedelta(days=rng.choice([2, 27, 28, 60, 89, 90, 200]))
        has_ended = state is MatchState.APPROVED and rng.random() < 0.6
        rows.append({
            "request_id": request_id, "volunteer_id": volunteer_id, "origin": Origin.ENGINE, "state": state, "score": 50, "score_breakdown": "[]",
            "reason": rng.choice(list(Reason)) if state in {MatchState.DECLINED, MatchState.WITHDRAWN} else None,
            "decided_at": created_at if state in {MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.APPROVED} else None,
            "created_at": created_at, "respond_by_at": created_at + dt.timedelta(days=1), "version": 1,
            "ended_at": created_at if has_ended else None, "ended_early": has_ended and rng.random() < 0.5,
        })  # fmt: skip
    insert_rows(Match, rows)


def _insert_restrictions(rng: random.Random, volunteer_ids: list[int], hospitals: list[int]) -> None:
    pairs = [(volunteer_id, kind) for volunteer_id in volunteer_ids[:2] for kind in RestrictionKind]
    insert_rows(MatchRestriction, (
        {"volunteer_id": volunteer_id, "institution_id": hospitals[n % 2] if n > 3 else hospitals[1], "kind": kind, "reason": "As agreed.",
         "set_at": NOW, "revoked_at": NOW if n % 5 == 4 else None}
        for n, (volunteer_id, kind) in enumerate(pairs + [(volunteer_id, rng.choice(list(RestrictionKind))) for volunteer_id in rng.sample(volunteer_ids[2:], 12)])
    ))  # fmt: skip


def _insert_overrides(rng: random.Random, volunteer_ids: list[int], request_ids: list[int]) -> None:
    pairs = rng.sample([(volunteer_id, request_id) for volunteer_id in volunteer_ids for request_id in request_ids], 60)
    insert_rows(FactorOverride, (
        {"volunteer_id": volunteer_id, "request_id": request_id, "factor": rng.choice(list(Factor)), "share": rng.randrange(101),
         "reason": "I know them.", "set_at": NOW, "revoked_at": NOW if n % 7 == 6 else None}
        for n, (volunteer_id, request_id) in enumerate(pairs)
    ))  # fmt: skip


def insert_other_weights() -> int:
    """Insert a second version of the weights with uneven points. Returns its id."""
    points = [20, 19, 17, 11, 7, 6, 5, 5, 3, 4, 3]
    text = "{" + ", ".join(f'"{factor.value}": {n}' for factor, n in zip(Factor, points, strict=True)) + "}"
    row = WeightSet(points=text, reason="To see", created_at=NOW)
    db.session.add(row)
    db.session.commit()
    return row.id
