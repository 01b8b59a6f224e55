"""Volunteers and requests as plain values: one pair without a closed gate, and strategies for arbitrary pairs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import (
    Factor,
    Gate,
    PriorMatch,
    PriorOutcome,
    RequestFacts,
    RestrictionKind,
    VolunteerFacts,
    Weights,
)
from volunteer_hub.vocabulary.states import SupportKind

TODAY = dt.date(2026, 11, 20)
ZONES = (
    "Europe/London",
    "Asia/Kathmandu",
    "Africa/Khartoum",
    "Africa/Cairo",
    "Africa/Lusaka",
    "America/La_Paz",
    "Africa/Casablanca",
)
SKILLS = ("IPC", "IPC.HAND", "IPC.HAND.AUDIT", "IPC.WASTE", "AMR", "AMR.AMS", "CRIT", "TEACH")
LANGUAGES = ("en", "fr", "sw", "es", "ne")
SPECIALTIES = ("300", "501", "100")
KINDS = tuple(kind.value for kind in SupportKind)
HOSPITALS = (7, 8, 9)

windows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1380), st.integers(15, 600)).map(
        lambda drawn: Window(drawn[0], drawn[1], min(1440, drawn[1] + drawn[2]))
    ),
    max_size=5,
).map(tuple)
languages = st.dictionaries(st.sampled_from(LANGUAGES), st.integers(1, 7), max_size=4)
skills = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=4).map(lambda d: tuple(d.items()))
days = st.dates(dt.date(2026, 9, 1), dt.date(2027, 6, 30))
minutes = st.sampled_from([0, 30, 60, 120, 240])
prior_match_values = st.builds(
    PriorMatch, st.sampled_from(PriorOutcome), st.none() | st.just("no_time"), st.none() | days
)
requests = st.builds(
    RequestFacts,
    id=st.integers(1, 3),
    is_open=st.booleans(),
    weekly_minutes=minutes,
    weeks=st.integers(1, 52),
    delivery=st.sampled_from(["live", "mixed", "asynchronous"]),
    earliest_start_on=days,
    zone=st.sampled_from(ZONES),
    specialty=st.none() | st.sampled_from(SPECIALTIES),
    urgency=st.sampled_from(["routine", "soon", "urgent"]),
    languages=languages,
    required=skills,
    welcome=skills,
    windows=windows,
    kind=st.none() | st.sampled_from(KINDS),
    specialty_group=st.none() | st.sampled_from(SPECIALTIES),
    institution_id=st.sampled_from(HOSPITALS),
    contact_id=st.integers(0, 3),
    opened_on=st.none() | days,
    has_agreement=st.booleans(),
    is_allowed_remotely=st.booleans(),
    twinned_institution_ids=st.frozensets(st.integers(1, 3), max_size=2),
    approved_count=st.integers(0, 4),
)
volunteers = st.builds(
    VolunteerFacts,
    id=st.just(1),
    is_ready=st.booleans(),
    weekly_minutes=minutes,
    zone=st.sampled_from(ZONES),
    capacity=st.integers(1, 3),
    placements=st.integers(0, 3),
    promised_minutes=st.sampled_from([0, 0, 60, 300]),
    from_on=st.none() | days,
    until_on=st.none() | days,
    languages=languages,
    skills=skills,
    specialties=st.frozensets(st.sampled_from(SPECIALTIES)),
    specialty_groups=st.frozensets(st.sampled_from(SPECIALTIES)),
    windows=windows,
    account_id=st.integers(0, 3),
    employer_id=st.none() | st.integers(1, 3),
    is_regulated=st.booleans(),
    goals=st.frozensets(st.sampled_from(KINDS), max_size=3),
    completed=st.integers(0, 3),
    was_ever_placed=st.booleans(),
    prior_matches=st.dictionaries(st.integers(1, 3), prior_match_values, max_size=2),
    restrictions=st.dictionaries(st.sampled_from(HOSPITALS), st.sampled_from(RestrictionKind), max_size=2),
    overrides=st.dictionaries(st.tuples(st.integers(1, 3), st.sampled_from(Factor)), st.integers(0, 100), max_size=3),
    not_my_field=st.frozensets(st.sampled_from(SPECIALTIES), max_size=1),
)


@st.composite
def any_weights(draw: Any) -> Weights:
    """Weights that pass validation: 100 together, none below 0, language not below experience."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(Factor) - 1, max_size=len(Factor) - 1)))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    points = dict(zip(Factor, parts, strict=True))
    if points[Factor.LANGUAGE] < points[Factor.EXPERIENCE]:
        language, experience = points[Factor.EXPERIENCE], points[Factor.LANGUAGE]
        points |= {Factor.LANGUAGE: language, Factor.EXPERIENCE: experience}
    return Weights(draw(st.integers(1, 9)), points)


def gates(fit: rules.Fit) -> set[Gate]:
    """Return the closed gates of a fit."""
    return {failed.gate for failed in fit.failed_gates}


EASY = RequestFacts(
    id=1,
    is_open=True,
    weekly_minutes=120,
    weeks=8,
    delivery="live",
    earliest_start_on=dt.date(2027, 1, 4),
    zone="Africa/Kampala",
    languages={"en": 4},
    required=(("IPC", 2),),
    windows=(Window(0, 840, 1020),),
    kind="teaching",
    institution_id=7,
    contact_id=40,
)
"""A request for which every gate is open to ABLE."""
ABLE = VolunteerFacts(
    id=1,
    is_ready=True,
    weekly_minutes=240,
    zone="Europe/London",
    languages={"en": 7},
    skills=(("IPC.HAND", 2),),
    windows=(Window(0, 600, 960),),
    account_id=50,
)
