"""The vectorised evaluator agrees with `fit.rules`: every pair, every gate, every point, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.engine_world import insert_other_weights, insert_varied_world
from tests.support.matching_data import TODAY, draw_world
from tests.support.matching_tables import volunteer_arrays
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
def test_every_pair_is_evaluated_as_by_the_rules(app: Any, seed: int) -> None:
    insert_varied_world(seed=seed)
    version = weights.get_version(insert_other_weights() if seed == 2 else 1)
    volunteers = load_volunteers(today=TODAY)
    evaluator = Evaluator(volunteers, today=TODAY, weights=version)
    facts = facts_by_id.get_volunteers(volunteers.ids.tolist(), today=TODAY)
    requests = facts_by_id.get_requests(list(db.session.scalars(sa.select(PartnerRequest.id))), today=TODAY)
    all_idx = np.arange(len(volunteers), dtype=np.int32)
    closed_gates: set[Gate] = set()
    for request in requests.values():
        fits = [
            rules.evaluate(facts[ident], request, today=TODAY, weights=version) for ident in volunteers.ids.tolist()
        ]
        gates = evaluator.check_gates(request, all_idx)
        actual = [{gate for gate in Gate if gates[gate][n]} for n in range(len(volunteers))]
        assert actual == [{closed.gate for closed in fit.failed_gates} for fit in fits]
        closed_gates.update(*actual)
        eligible_idx, common_time = evaluator.find_eligible(request)
        assert eligible_idx.tolist() == [n for n, fit in enumerate(fits) if fit.is_possible]
        if request.delivery != "asynchronous":
            assert common_time.minimum_minutes.tolist() == [fits[n].least_minutes for n in eligible_idx]
            assert common_time.average_minutes.tolist() == [fits[n].common_minutes for n in eligible_idx]
        common_time = evaluator.common_time(request, all_idx)
        points_by_factor = evaluator.points_by_factor(request, all_idx, common_time)
        for factor in Factor:
            points = [next(c.points for c in fit.contributions if c.factor is factor) for fit in fits]
            assert np.broadcast_to(points_by_factor[factor], len(volunteers)).tolist() == points, factor
        actual = dump_reasons(
            volunteers,
            evaluator.request_arrays([request]),
            np.zeros(len(volunteers), np.int32),
            all_idx,
            common_time.average_minutes,
        )
        assert actual == [dump_score_breakdown(fit) for fit in fits]
        assert evaluator.score(request, all_idx, common_time).tolist() == [fit.score for fit in fits]
    assert closed_gates == set(Gate)  # the test data covers every gate


def test_open_requests_of_a_programme_are_loaded_with_their_free_seats(app: Any) -> None:
    programme_id = insert_varied_world()
    loaded, free = load_requests(programme_id, today=TODAY)
    rows = db.session.execute(
        sa.select(PartnerRequest.id, PartnerRequest.seats - PartnerRequest.seats_filled).order_by(PartnerRequest.id)
    )
    assert free == dict(rows.tuples().all())
    facts = facts_by_id.get_requests([request.id for request in loaded], today=TODAY)
    assert loaded == [facts[request.id] for request in loaded]
    assert load_requests(programme_id + 1, today=TODAY) == ([], {})


def test_a_subset_of_volunteers_is_loaded_like_all_of_them(app: Any) -> None:
    insert_varied_world()
    all_volunteers = load_volunteers(today=TODAY)
    subset_ids = all_volunteers.ids.tolist()[3:9]
    subset = load_volunteers(today=TODAY, ids_only=subset_ids)
    indices = arrays.indices_of(all_volunteers.ids, subset_ids)
    assert subset.ids.tolist() == subset_ids
    for name in (
        "ready",
        "free_minutes",
        "capacity_left",
        "waiting",
        "proposed",
        "waiting_minutes",
        "is_regulated",
        "completed",
        "in_cooldown",
    ):
        assert getattr(subset, name).tolist() == getattr(all_volunteers, name)[indices].tolist(), name
    assert [subset.zones[n] for n in subset.zone] == [all_volunteers.zones[n] for n in all_volunteers.zone[indices]]
    for number in range(len(all_volunteers.masks)):
        assert subset.masks[number].tolist() == all_volunteers.masks[number][indices].tolist()


def test_an_empty_database_loads_no_volunteers_and_no_requests(app: Any) -> None:
    volunteers = load_volunteers(today=TODAY)
    assert len(volunteers) == 0
    assert load_requests(None, today=TODAY) == ([], {})


def test_open_matches_count_per_volunteer(app: Any) -> None:
    insert_varied_world()
    volunteers = load_volunteers(today=TODAY)
    rows = db.session.execute(
        sa.text("SELECT volunteer_id, count(*), sum(CASE WHEN m.state = 'proposed' THEN 1 ELSE 0 END), sum(weekly_minutes)"
                " FROM match m JOIN partner_request r ON r.id = m.request_id"
                " WHERE m.state IN ('proposed', 'accepted') GROUP BY volunteer_id")
    ).tuples()  # fmt: skip
    expected = {volunteer_id: tuple(map(int, rest)) for volunteer_id, *rest in rows}
    assert expected
    actual = zip(
        volunteers.waiting.tolist(), volunteers.proposed.tolist(), volunteers.waiting_minutes.tolist(), strict=True
    )
    assert dict(zip(volunteers.ids.tolist(), actual, strict=True)) == {
        volunteer_id: expected.get(volunteer_id, (0, 0, 0)) for volunteer_id in volunteers.ids.tolist()
    }
    assert set(volunteers.ids.tolist()) <= set(db.session.scalars(sa.select(Volunteer.id)))


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
def test_masks_equal_those_of_the_calendar(windows_by_volunteer: Any, random: Any) -> None:
    ids = np.arange(10, 10 + 3 * len(windows_by_volunteer), 3, dtype=np.int64)
    rows = [
        (int(volunteer_ids), *window)
        for volunteer_ids, windows_of_one in zip(ids, windows_by_volunteer, strict=True)
        for window in windows_of_one
    ]
    rows += [(11, 0, 0, 60)]  # an id that is not loaded
    random.shuffle(rows)
    volunteer_ids, day, start, end = np.array(rows, np.int64).T
    indices = arrays.indices_of(ids, volunteer_ids)
    is_known = indices >= 0
    masks = arrays.masks_of(indices[is_known], day[is_known], start[is_known], end[is_known], len(ids))
    for index, windows_of_one in enumerate(windows_by_volunteer):
        assert masks[:, index].tolist() == arrays.mask_words(calendars.mask(tuple(windows_of_one))).tolist()


@pytest.mark.parametrize("zone", ["Africa/Cairo", "Asia/Kathmandu", "America/La_Paz", "Europe/London"])
@pytest.mark.parametrize(
    "day", [dt.date(2026, 10, 19), dt.date(2026, 10, 26), dt.date(2027, 3, 22), dt.date(2027, 4, 26)]
)
@pytest.mark.parametrize("weeks", [1, 3, 30])
def test_common_time_over_a_clock_change_equals_the_rules(app: Any, zone: str, day: dt.date, weeks: int) -> None:
    volunteers = volunteer_arrays(draw_world(build_index(), 60, 3))
    always = tuple(Window(n, 0, 1440) for n in range(7))
    nights = tuple(Window(n, 0, 300) for n in range(7))
    windows_of = [always, nights, *(tuple(Window(n, 60 * h, 60 * h + 90) for n in (5, 6)) for h in range(20))]
    for index in range(60):
        volunteers.masks[:, index] = arrays.mask_words(calendars.mask(windows_of[index % len(windows_of)]))
    evaluator = Evaluator(volunteers, today=day, weights=rules.FIRST_WEIGHTS)
    for free in (always, nights):
        request = rules.RequestFacts(
            id=1, is_open=True, weekly_minutes=60, weeks=weeks, delivery="live", earliest_start_on=day, zone=zone, windows=free
        )  # fmt: skip
        common_time = evaluator.common_time(request, np.arange(60, dtype=np.int32))
        for index in range(60):
            facts = rules.VolunteerFacts(
                id=1,
                is_ready=True,
                weekly_minutes=60,
                zone=volunteers.zones[volunteers.zone[index]],
                windows=windows_of[index % len(windows_of)],
            )
            expected = rules.measure_common_time(facts, request, today=day)
            assert (int(common_time.minimum_minutes[index]), int(common_time.average_minutes[index])) == expected
