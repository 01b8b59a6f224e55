"""The fit of a pair: plain values in, gates and a score with its reasons out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from volunteer_hub.core.times import Window
from volunteer_hub.matching import rules
from volunteer_hub.matching.rules import Before, Gate, Past, RequestFacts, VolunteerFacts

TODAY = dt.date(2026, 11, 20)
ZONES = ("Europe/London", "Asia/Kathmandu", "Africa/Khartoum", "Africa/Lusaka", "America/La_Paz", "Africa/Kampala")
SKILLS = ("IPC", "IPC.HAND", "AMR", "AMR.AMS", "CRIT", "TEACH")
LANGUAGES = ("en", "fr", "sw", "es", "ne")

windows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1380), st.integers(15, 600)).map(
        lambda one: Window(one[0], one[1], min(1440, one[1] + one[2]))
    ),
    max_size=5,
).map(tuple)
languages = st.dictionaries(st.sampled_from(LANGUAGES), st.integers(1, 7), max_size=4)
skills = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=4).map(lambda d: tuple(d.items()))
days = st.dates(dt.date(2026, 9, 1), dt.date(2027, 6, 30))
requests = st.builds(
    RequestFacts,
    id=st.just(1),
    is_open=st.booleans(),
    weekly_minutes=st.sampled_from([0, 30, 60, 120, 240]),
    weeks=st.integers(1, 52),
    delivery=st.sampled_from(["live", "mixed", "asynchronous"]),
    earliest_start_on=days,
    zone=st.sampled_from(ZONES),
    specialty=st.sampled_from([None, "300", "501"]),
    urgency=st.sampled_from(["routine", "soon", "urgent"]),
    languages=languages,
    required=skills,
    welcome=skills,
    windows=windows,
)
volunteers = st.builds(
    VolunteerFacts,
    id=st.just(1),
    is_ready=st.booleans(),
    weekly_minutes=st.sampled_from([0, 30, 60, 120, 240]),
    zone=st.sampled_from(ZONES),
    capacity=st.integers(1, 3),
    placements=st.integers(0, 3),
    until_on=st.none() | days,
    languages=languages,
    skills=skills,
    specialties=st.frozensets(st.sampled_from(["300", "501", "100"])),
    windows=windows,
)


def gates(fit: rules.Fit) -> set[Gate]:
    return {closed.gate for closed in fit.closed}


@settings(max_examples=150, deadline=None)
@given(volunteers, requests, days)
def test_score_is_the_sum_of_its_contributions_between_0_and_100(v: Any, r: Any, today: dt.date) -> None:
    fit = rules.fit(v, r, today=today)
    assert fit.score == sum(part.points for part in fit.contributions)
    assert 0 <= fit.score <= 100
    assert [part.factor for part in fit.contributions] == list(rules.Factor)
    assert all(0 <= part.points <= part.out_of == rules.WEIGHTS[part.factor] for part in fit.contributions)
    assert sum(rules.WEIGHTS.values()) == 100
    assert len(gates(fit)) == len(fit.closed)
    assert fit.is_possible is not bool(fit.closed)


MORE = {
    "minutes": lambda v, n: dataclasses.replace(v, weekly_minutes=v.weekly_minutes + n * 15),
    "capacity": lambda v, n: dataclasses.replace(v, capacity=v.capacity + n),
    "language": lambda v, n: dataclasses.replace(
        v, languages=v.languages | {LANGUAGES[n % 5]: min(7, v.languages.get(LANGUAGES[n % 5], 0) + 1 + n % 7)}
    ),
    "skill": lambda v, n: dataclasses.replace(v, skills=(*v.skills, (SKILLS[n % 6], 1 + n % 3))),
    "specialty": lambda v, _n: dataclasses.replace(v, specialties=v.specialties | {"300", "501"}),
    "window": lambda v, n: dataclasses.replace(v, windows=(*v.windows, Window(n % 7, 0, 60 + n * 15))),
    "ready": lambda v, _n: dataclasses.replace(v, is_ready=True),
    "time": lambda v, _n: dataclasses.replace(v, until_on=None),
}


@settings(max_examples=200, deadline=None)
@given(volunteers, requests, st.sampled_from(sorted(MORE)), st.integers(1, 40))
def test_offering_more_never_closes_a_gate_nor_lowers_the_score(v: Any, r: Any, what: str, n: int) -> None:
    before, after = rules.fit(v, r, today=TODAY), rules.fit(MORE[what](v, n), r, today=TODAY)
    assert gates(after) <= gates(before)
    assert after.score >= before.score
    assert after.common_minutes >= before.common_minutes


@settings(max_examples=100, deadline=None)
@given(volunteers, requests, st.randoms())
def test_order_of_what_is_given_does_not_matter(v: Any, r: Any, random: Any) -> None:
    def mixed(rows: Any) -> Any:
        listed = list(rows.items()) if isinstance(rows, dict) else list(rows)
        random.shuffle(listed)
        return dict(listed) if isinstance(rows, dict) else tuple(listed)

    w = dataclasses.replace(v, windows=mixed(v.windows), skills=mixed(v.skills), languages=mixed(v.languages))
    s = dataclasses.replace(r, windows=mixed(r.windows), required=mixed(r.required), languages=mixed(r.languages))
    one, other = rules.fit(v, r, today=TODAY), rules.fit(w, s, today=TODAY)
    assert (gates(one), one.contributions, one.common) == (gates(other), other.contributions, other.common)


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
)
ABLE = VolunteerFacts(
    id=1,
    is_ready=True,
    weekly_minutes=240,
    zone="Europe/London",
    languages={"en": 7},
    skills=(("IPC.HAND", 2),),
    windows=(Window(0, 600, 960),),
)


@pytest.mark.parametrize(
    ("gate", "volunteer", "request_"),
    [
        (Gate.NOT_OPEN, {}, {"is_open": False}),
        (Gate.NOT_READY, {"is_ready": False}, {}),
        (Gate.LANGUAGE, {"languages": {"en": 3, "fr": 7}}, {}),
        (Gate.SKILLS, {"skills": (("IPC.HAND", 1), ("IPCX", 3))}, {}),
        (Gate.HOURS, {"weekly_minutes": 119}, {}),
        (Gate.DATES, {"until_on": dt.date(2027, 1, 3)}, {}),
        (Gate.OVERLAP, {"windows": (Window(0, 600, 719), Window(1, 600, 960))}, {"windows": (Window(0, 840, 899),)}),
        (Gate.CAPACITY, {"placements": 1}, {}),
    ],
)
def test_each_gate_closes_alone(gate: Gate, volunteer: dict[str, Any], request_: dict[str, Any]) -> None:
    assert gates(rules.fit(ABLE, EASY, today=TODAY)) == set()
    fit = rules.fit(dataclasses.replace(ABLE, **volunteer), dataclasses.replace(EASY, **request_), today=TODAY)
    assert gates(fit) == {gate}


def test_declined_before_closes_its_gate() -> None:
    declined = dataclasses.replace(ABLE, before={EASY.id: Before(Past.DECLINED, "no_time", TODAY)})
    assert gates(rules.fit(declined, EASY, today=TODAY)) == {Gate.DECLINED_BEFORE}


@pytest.mark.parametrize(("delivery", "minutes", "closed"), [
    ("live", 59, True), ("live", 60, False), ("mixed", 29, True), ("mixed", 30, False), ("asynchronous", 0, False),
])  # fmt: skip
def test_overlap_needed_depends_on_how_the_work_is_done(delivery: str, minutes: int, closed: bool) -> None:
    mine = (Window(0, 660, 660 + minutes),) if minutes else ()
    fit = rules.fit(dataclasses.replace(ABLE, windows=mine), dataclasses.replace(EASY, delivery=delivery), today=TODAY)
    assert (Gate.OVERLAP in gates(fit)) is closed


OFFSETS = {"Asia/Kathmandu": 345, "Africa/Khartoum": 120, "Africa/Lusaka": 120, "America/La_Paz": -240}


@pytest.mark.parametrize("zone", sorted(OFFSETS))
def test_time_in_common_follows_the_clock_change_of_2026_10_25(zone: str) -> None:
    """London goes from UTC+1 to UTC+0, these zones stay: the host's 10:00-13:00 UTC meets less or more of our day."""
    host = Window(0, 600 + OFFSETS[zone], 780 + OFFSETS[zone])
    volunteer = dataclasses.replace(ABLE, windows=(Window(0, 600, 780),))
    found = [
        rules.fit(
            volunteer,
            dataclasses.replace(EASY, zone=zone, windows=(host,), earliest_start_on=monday),
            today=dt.date(2026, 10, 1),
        )
        for monday in (dt.date(2026, 10, 19), dt.date(2026, 10, 26))
    ]
    # Monday the 19th: 10:00-13:00 in London is 09:00-12:00 UTC. Monday the 26th: 10:00-13:00 UTC.
    assert [fit.common for fit in found] == [((600, 720),), ((600, 780),)]


@pytest.mark.parametrize("zone", sorted(OFFSETS))
def test_sunday_of_the_clock_change_uses_the_offset_after_it(zone: str) -> None:
    """On Sunday 2026-10-25 a London evening is at UTC+0, while the Monday before was at UTC+1."""
    host = Window(6, 720 + OFFSETS[zone], 780 + OFFSETS[zone])
    request = dataclasses.replace(EASY, zone=zone, windows=(host,), earliest_start_on=dt.date(2026, 10, 19))
    volunteer = dataclasses.replace(ABLE, windows=(Window(6, 720, 780),))
    assert rules.fit(volunteer, request, today=dt.date(2026, 10, 19)).common_minutes == 60
