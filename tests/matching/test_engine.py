"""The engine judges as `rules.fit` does: every pair, every gate, every point, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import volunteer_arrays
from tests.matching.engine_world import odd_world, other_weights
from volunteer_hub.core.db import db
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Factor, Gate, calendars
from volunteer_hub.matching.engine import volunteer_arrays as arrays
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.queries import facts_by_id, weights
from volunteer_hub.matching.service.matches import dump_score_breakdown
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.rounds.engine.reasons import dump_reasons
from volunteer_hub.volunteers.models import Volunteer


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_pair_is_judged_as_the_rules_judge_it(app: Any, seed: int) -> None:
    odd_world(seed=seed)
    version = weights.version(other_weights() if seed == 2 else 1)
    people = load_volunteers(today=TODAY)
    judge = Evaluator(people, today=TODAY, weights=version)
    facts = facts_by_id.get_volunteers(people.ids.tolist(), today=TODAY)
    requests = facts_by_id.get_requests(list(db.session.scalars(sa.select(PartnerRequest.id))), today=TODAY)
    everybody = np.arange(len(people), dtype=np.int32)
    closed_gates: set[Gate] = set()
    for request in requests.values():
        fits = [rules.evaluate(facts[ident], request, today=TODAY, weights=version) for ident in people.ids.tolist()]
        gates = judge.check_gates(request, everybody)
        told = [{gate for gate in Gate if gates[gate][n]} for n in range(len(people))]
        assert told == [{closed.gate for closed in fit.failed_gates} for fit in fits]
        closed_gates.update(*told)
        who, common = judge.find_eligible(request)
        assert who.tolist() == [n for n, fit in enumerate(fits) if fit.is_possible]
        if request.delivery != "asynchronous":
            assert common.minimum.tolist() == [fits[n].least_minutes for n in who]
            assert common.average.tolist() == [fits[n].common_minutes for n in who]
        common = judge.common_time(request, everybody)
        parts = judge.points_by_factor(request, everybody, common)
        for factor in Factor:
            points = [next(c.points for c in fit.contributions if c.factor is factor) for fit in fits]
            assert np.broadcast_to(parts[factor], len(people)).tolist() == points, factor
        told = dump_reasons(
            people, judge.request_arrays([request]), np.zeros(len(people), np.int32), everybody, common.average
        )
        assert told == [dump_score_breakdown(fit) for fit in fits]
        assert judge.score(request, everybody, common).tolist() == [fit.score for fit in fits]
    assert closed_gates == set(Gate)  # the world has everything in it


def test_open_requests_of_a_programme_are_loaded_with_their_free_seats(app: Any) -> None:
    programme_id = odd_world()
    loaded, free = load_requests(programme_id, today=TODAY)
    rows = db.session.execute(
        sa.select(PartnerRequest.id, PartnerRequest.seats - PartnerRequest.seats_filled).order_by(PartnerRequest.id)
    )
    assert free == dict(rows.tuples().all())
    facts = facts_by_id.get_requests([one.id for one in loaded], today=TODAY)
    assert loaded == [facts[one.id] for one in loaded]
    assert load_requests(programme_id + 1, today=TODAY) == ([], {})


def test_a_few_people_are_loaded_as_all_of_them_are(app: Any) -> None:
    odd_world()
    everybody = load_volunteers(today=TODAY)
    some = everybody.ids.tolist()[3:9]
    few = load_volunteers(today=TODAY, ids_only=some)
    at = arrays.indices_of(everybody.ids, some)
    assert few.ids.tolist() == some
    for name in (
        "ready",
        "free",
        "capacity_left",
        "waiting",
        "proposed",
        "waiting_minutes",
        "is_regulated",
        "completed",
        "cooldown_until",
    ):
        assert getattr(few, name).tolist() == getattr(everybody, name)[at].tolist(), name
    assert [few.zones[n] for n in few.zone] == [everybody.zones[n] for n in everybody.zone[at]]
    for number in range(len(everybody.masks)):
        assert few.masks[number].tolist() == everybody.masks[number][at].tolist()


def test_an_empty_service_has_nobody(app: Any) -> None:
    people = load_volunteers(today=TODAY)
    assert len(people) == 0
    assert load_requests(None, today=TODAY) == ([], {})


def test_what_waits_already_counts(app: Any) -> None:
    odd_world()
    people = load_volunteers(today=TODAY)
    rows = db.session.execute(
        sa.text("SELECT volunteer_id, count(*), sum(CASE WHEN m.state = 'proposed' THEN 1 ELSE 0 END), sum(weekly_minutes)"
                " FROM match m JOIN partner_request r ON r.id = m.request_id"
                " WHERE m.state IN ('proposed', 'accepted') GROUP BY volunteer_id")
    ).tuples()  # fmt: skip
    told = {who: tuple(map(int, rest)) for who, *rest in rows}
    assert told
    found = zip(people.waiting.tolist(), people.proposed.tolist(), people.waiting_minutes.tolist(), strict=True)
    assert dict(zip(people.ids.tolist(), found, strict=True)) == {
        who: told.get(who, (0, 0, 0)) for who in people.ids.tolist()
    }
    assert set(people.ids.tolist()) <= set(db.session.scalars(sa.select(Volunteer.id)))


windows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 700)).map(
        lambda one: Window(one[0], one[1], min(1440, one[1] + one[2]))
    )
    | st.tuples(st.integers(0, 6), st.integers(0, 95), st.integers(1, 40)).map(
        lambda one: Window(one[0], one[1] * 15, min(1440, (one[1] + one[2]) * 15))
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(windows, max_size=6), st.randoms())
def test_weeks_are_the_bits_of_the_calendar(of_each: Any, random: Any) -> None:
    ids = np.arange(10, 10 + 3 * len(of_each), 3, dtype=np.int64)
    rows = [(int(who), *window) for who, own in zip(ids, of_each, strict=True) for window in own]
    rows += [(11, 0, 0, 60)]  # of somebody who is not looked at
    random.shuffle(rows)
    who, day, start, end = np.array(rows, np.int64).T
    places = arrays.indices_of(ids, who)
    known = places >= 0
    found = arrays.masks_of(places[known], day[known], start[known], end[known], len(ids))
    for place, own in enumerate(of_each):
        assert found[:, place].tolist() == arrays.mask_words(calendars.mask(tuple(own))).tolist()


@pytest.mark.parametrize("zone", ["Africa/Cairo", "Asia/Kathmandu", "America/La_Paz", "Europe/London"])
@pytest.mark.parametrize(
    "day", [dt.date(2026, 10, 19), dt.date(2026, 10, 26), dt.date(2027, 3, 22), dt.date(2027, 4, 26)]
)
@pytest.mark.parametrize("weeks", [1, 3, 30])
def test_weeks_with_a_clock_change_are_shared_as_the_rules_have_it(
    app: Any, zone: str, day: dt.date, weeks: int
) -> None:
    people = volunteer_arrays(draw_world(build_index(), 60, 3))
    always = tuple(Window(n, 0, 1440) for n in range(7))
    nights = tuple(Window(n, 0, 300) for n in range(7))
    own = [always, nights, *(tuple(Window(n, 60 * h, 60 * h + 90) for n in (5, 6)) for h in range(20))]
    for place in range(60):
        people.masks[:, place] = arrays.mask_words(calendars.mask(own[place % len(own)]))
    judge = Evaluator(people, today=day, weights=rules.FIRST_WEIGHTS)
    for free in (always, nights):
        request = rules.RequestFacts(
            id=1, is_open=True, weekly_minutes=60, weeks=weeks, delivery="live", earliest_start_on=day, zone=zone, windows=free
        )  # fmt: skip
        found = judge.common_time(request, np.arange(60, dtype=np.int32))
        for place in range(60):
            facts = rules.VolunteerFacts(
                id=1,
                is_ready=True,
                weekly_minutes=60,
                zone=people.zones[people.zone[place]],
                windows=own[place % len(own)],
            )
            wanted = rules.common_minutes(facts, request, today=day)
            assert (int(found.minimum[place]), int(found.average[place])) == wanted
