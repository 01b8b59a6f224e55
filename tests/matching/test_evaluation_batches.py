"""Evaluating many requests in a batch equals evaluating each of them alone, and both equal `fit.rules`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

from tests.support.engine_world import insert_varied_world
from tests.support.matching_data import TODAY, draw_world
from tests.support.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import FIRST_WEIGHTS, PriorOutcome
from volunteer_hub.fit.rules.evaluation import CLINICAL_KINDS
from volunteer_hub.matching.engine.candidate_index import CandidateIndex
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.engine.overlap import OverlapBatch, VolunteerWeeks
from volunteer_hub.matching.engine.request_arrays import RequestArrays
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.rounds.engine import candidate_edges as engine
from volunteer_hub.rounds.engine.candidate_edges import keep_best

ALWAYS = tuple(Window(day, 0, 1440) for day in range(7))
MORNINGS = tuple(Window(day, 9 * 60, 12 * 60) for day in range(5))
MONDAY = (Window(0, 10 * 60, 11 * 60),)


@pytest.mark.parametrize("pairs", [1, 200, 10**6])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_pair_of_a_round_is_evaluated_as_by_the_rules(app: Any, seed: int, pairs: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(engine, "PAIRS_PER_BATCH", pairs)  # batches of one request, of several, of all
    programme_id = insert_varied_world(150, 80, seed=seed)
    volunteers, (requests, _free) = load_volunteers(today=TODAY), load_requests(programme_id, today=TODAY)
    facts = facts_by_id.get_volunteers(volunteers.ids.tolist(), today=TODAY)
    edges = keep_best(
        Evaluator(volunteers, today=TODAY, weights=FIRST_WEIGHTS), requests, seed=1, per_request=None, per_volunteer=0
    )
    columns = (edges.volunteer, edges.request, edges.score, edges.average_minutes)
    actual = {
        (volunteer_idx, row): values
        for volunteer_idx, row, *values in zip(*(column.tolist() for column in columns), strict=True)
    }
    expected = {}
    for volunteer_idx, row in itertools.product(range(len(volunteers)), range(len(requests))):
        fit = rules.evaluate(
            facts[int(volunteers.ids[volunteer_idx])], requests[row], today=TODAY, weights=FIRST_WEIGHTS
        )
        is_open_match = any(
            volunteer_idx in volunteers.prior_matches.get((requests[row].id, outcome), ())
            for outcome in (PriorOutcome.LIVE, PriorOutcome.EXPIRED)
        )
        if fit.is_possible and not is_open_match:
            minutes = 0 if requests[row].delivery == "asynchronous" else fit.common_minutes
            expected[volunteer_idx, row] = [fit.score, minutes]
    assert len(expected) > 50
    assert actual == expected
    assert edges.eligible_count.tolist() == np.bincount(edges.request, minlength=len(requests)).tolist()


@pytest.mark.parametrize("day", [dt.date(2026, 10, 19), dt.date(2027, 3, 22)])
def test_overlap_of_many_requests_equals_that_of_each(app: Any, day: dt.date) -> None:
    volunteers, (drawn_requests, _free) = (
        volunteer_arrays(draw_world(build_index(), 90, 1)),
        request_facts(draw_world(build_index(), 1, 1)),
    )
    zones = ("Africa/Cairo", "Asia/Kathmandu", "America/La_Paz", "Europe/London", "Africa/Khartoum", "Africa/Lusaka")
    kinds = itertools.product(zones, (1, 3, 30), (ALWAYS, MORNINGS, MONDAY, ()), ("live", "mixed", "asynchronous"))
    requests = [
        dataclasses.replace(
            drawn_requests[0], zone=zone, weeks=weeks, windows=windows, delivery=delivery, earliest_start_on=day
        )
        for zone, weeks, windows, delivery in kinds
    ]
    weeks, request_arrays = (
        VolunteerWeeks(volunteers),
        RequestArrays(requests, volunteers, today=day, weights=FIRST_WEIGHTS),
    )
    overlap_batch = OverlapBatch(weeks, request_arrays, day)
    rows = np.random.default_rng(1).permutation(len(requests))
    rows = rows[np.argsort(-overlap_batch.word_counts(rows), kind="stable")]
    sizes = np.arange(len(rows)) % 90  # includes size 0
    volunteer_idx = np.concatenate([np.arange(size) for size in sizes])
    minimum, average = overlap_batch.all_weeks(
        rows, sizes, volunteer_idx, overlap_batch.first_week(rows, sizes, volunteer_idx)
    )
    start = 0
    for row, size in zip(rows.tolist(), sizes.tolist(), strict=True):
        batch_result = minimum[start : start + size] * 15, average[start : start + size]
        start += size
        if requests[row].delivery == "asynchronous":
            assert not np.any(batch_result)
        else:
            single_result = weeks.common_time(requests[row], np.arange(size, dtype=np.int32), day)
            assert [column.tolist() for column in batch_result] == [column.tolist() for column in single_result]
    assert minimum.any()


def test_asynchronous_requests_have_no_overlap(app: Any) -> None:
    volunteers, (requests, _free) = (
        volunteer_arrays(draw_world(build_index(), 5, 2)),
        request_facts(draw_world(build_index(), 1, 2)),
    )
    asynchronous = [dataclasses.replace(request, delivery="asynchronous") for request in requests]
    overlap_batch = OverlapBatch(
        VolunteerWeeks(volunteers), RequestArrays(asynchronous, volunteers, today=TODAY, weights=FIRST_WEIGHTS), TODAY
    )
    rows, sizes, volunteer_idx = np.arange(2), np.array([5, 3]), np.r_[0:5, 0:3]
    first_week = overlap_batch.first_week(rows, sizes, volunteer_idx)
    assert first_week.tolist() == [0] * 8
    assert [column.tolist() for column in overlap_batch.all_weeks(rows, sizes, volunteer_idx, first_week)] == [
        [0] * 8
    ] * 2


@pytest.mark.parametrize("only", [None, 3])
def test_the_index_finds_exactly_the_candidates(app: Any, only: int | None) -> None:
    volunteers, (base_requests, _free) = (
        volunteer_arrays(draw_world(build_index(), 300, 1)),
        request_facts(draw_world(build_index(), 1, 60)),
    )
    volunteers.ready[::7], volunteers.capacity_left[::11] = False, 0
    requests = [
        dataclasses.replace(request, id=100 * group + number, weekly_minutes=minutes, is_open=group < 3)
        for group, minutes in enumerate((180, 60, 120, 30))
        for number, request in enumerate(base_requests)
    ]
    included = None if only is None else np.arange(len(volunteers)) % only == 0
    candidate_index = CandidateIndex(volunteers, volunteers.free_minutes, included)
    candidates = dict(candidate_index.iter_eligible(requests))
    assert sorted(candidates) == list(range(len(requests)))
    for number, request in enumerate(requests):
        expected = [
            n
            for n in range(len(volunteers))
            if (included is None or included[n]) and _is_candidate(volunteers, n, request)
        ]
        assert sorted(candidates[number].tolist()) == expected
        assert sorted(candidate_index.list_eligible(request).tolist()) == expected
    assert sum(map(len, candidates.values())) > 250


def _is_candidate(volunteers: Any, n: int, request: rules.RequestFacts) -> bool:
    speaks_levels = [
        volunteers.languages[volunteers.index.languages[code], n] >= level for code, level in request.languages.items()
    ]
    has_levels = [volunteers.levels[volunteers.index.skills[code], n] >= level for code, level in request.required]
    return bool(
        request.is_open
        and volunteers.ready[n]
        and volunteers.capacity_left[n] > 0
        and volunteers.free_minutes[n] >= request.weekly_minutes
        and (volunteers.is_regulated[n] or request.kind not in CLINICAL_KINDS)
        and (any(speaks_levels) or not speaks_levels)
        and all(has_levels)
    )
