"""Candidate edges of a round: the best pairs of each request and of each volunteer, in any order; and the limits."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.engine_world import insert_varied_world
from tests.support.matching_data import TODAY, draw_world
from tests.support.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.fit.rules import FIRST_WEIGHTS, PriorOutcome
from volunteer_hub.matching.engine.evaluator import Evaluator, PairBatch
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    CandidateEdges,
    allowances,
    count_proposals_to_make,
    keep_best,
    make_evaluator,
    tie_break,
)
from volunteer_hub.rounds.engine.top_k import TopK, prefilter


def evaluator_of(volunteers: VolunteerArrays) -> Evaluator:
    return make_evaluator(volunteers, today=TODAY, weights=FIRST_WEIGHTS)


def pairs_of(volunteers: VolunteerArrays, requests: Any, edges: CandidateEdges) -> set[tuple[int, int, int]]:
    return {
        (int(volunteers.ids[volunteer_idx]), requests[row].id, int(score))
        for volunteer_idx, row, score in zip(edges.volunteer, edges.request, edges.score, strict=True)
    }


def reorder(volunteers: VolunteerArrays, order: Any) -> VolunteerArrays:
    moved = {}
    for field in dataclasses.fields(volunteers):
        value = getattr(volunteers, field.name)
        if isinstance(value, np.ndarray):
            moved[field.name] = value[..., order]
    return dataclasses.replace(volunteers, **moved)


def test_the_order_of_volunteers_and_requests_does_not_matter(app: Any) -> None:
    world = draw_world(build_index(), 400, 60)
    volunteers, (requests, _free) = volunteer_arrays(world), request_facts(world)
    first = keep_best(evaluator_of(volunteers), requests, seed=7, per_request=5, per_volunteer=2)
    order = np.random.default_rng(3).permutation(len(volunteers))
    reordered_volunteers, reversed_requests = reorder(volunteers, order), requests[::-1]
    again = keep_best(evaluator_of(reordered_volunteers), reversed_requests, seed=7, per_request=5, per_volunteer=2)
    assert len(first) > 100
    assert pairs_of(volunteers, requests, first) == pairs_of(reordered_volunteers, reversed_requests, again)
    assert first.best_pruned.tolist() == again.best_pruned.tolist()[::-1]
    assert first.best_pruned_by_volunteer[order].tolist() == again.best_pruned_by_volunteer.tolist()
    with_other_seed = keep_best(evaluator_of(volunteers), requests, seed=8, per_request=5, per_volunteer=2)
    assert pairs_of(volunteers, requests, first) != pairs_of(volunteers, requests, with_other_seed)


def test_edges_are_grouped_by_request_best_first(app: Any) -> None:
    world = draw_world(build_index(), 400, 60)
    volunteers, (requests, _free) = volunteer_arrays(world), request_facts(world)
    edges = keep_best(evaluator_of(volunteers), requests, seed=1, per_request=5)
    for pair, following in itertools.pairwise(zip(edges.request.tolist(), edges.score.tolist(), strict=True)):
        assert (pair[0], -pair[1]) <= (following[0], -following[1])


def test_edges_exclude_cooldown_busy_volunteers_and_prior_matches(app: Any) -> None:
    programme_id = insert_varied_world(60, 40)
    volunteers = load_volunteers(today=TODAY)
    requests, _free = load_requests(programme_id, today=TODAY)
    edges = keep_best(evaluator_of(volunteers), requests, seed=1)
    assert len(edges)
    assert (volunteers.in_cooldown | (volunteers.waiting > 0)).any()
    volunteer_idx, rows = edges.volunteer, edges.request
    assert volunteers.ready[volunteer_idx].all()
    assert not volunteers.in_cooldown[volunteer_idx].any()
    assert (volunteers.capacity_left[volunteer_idx] > volunteers.waiting[volunteer_idx]).all()
    minutes = np.array([request.weekly_minutes for request in requests])
    assert (minutes[rows] <= volunteers.free_minutes[volunteer_idx] - volunteers.waiting_minutes[volunteer_idx]).all()
    for index, row in zip(volunteer_idx.tolist(), rows.tolist(), strict=True):
        for outcome in PriorOutcome:
            assert index not in volunteers.prior_matches.get((requests[row].id, outcome), ())


table = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(0, 9), max_size=36)


@settings(max_examples=200, deadline=None)
@given(table, st.lists(st.integers(1, 4), min_size=6, max_size=6), st.integers(0, 3), st.integers(1, 4), st.randoms())
def test_top_k_keeps_the_best_of_each_request_and_of_each_volunteer(
    scores: Any, per_request: list[int], per_volunteer: int, batch_size: int, random: Any
) -> None:
    tie_breaks = dict(zip(scores, random.sample(range(1, 10_000), len(scores)), strict=True))
    key = {pair: score << 32 | tie_breaks[pair] for pair, score in scores.items()}
    expected = set()
    for side, numbers in ((1, per_request), (0, [per_volunteer] * 6)):
        for group, number in enumerate(numbers):
            expected |= set(sorted((p for p in key if p[side] == group), key=key.__getitem__)[::-1][:number])
    top_k = TopK(np.array(per_request), 6, per_volunteer=per_volunteer)
    key_of = np.vectorize(lambda volunteer_idx, row_id: key[volunteer_idx, row_id], otypes=[np.uint64])
    order = random.sample(range(6), 6)
    for start in range(0, 6, batch_size):
        batch_pairs = [pair for row_id in order[start : start + batch_size] for pair in key if pair[1] == row_id]
        volunteer_idx, rows = np.array(batch_pairs, np.int32).reshape(-1, 2).T
        batch = PairBatch(volunteer_idx, rows, volunteer_idx + rows, np.zeros_like(volunteer_idx))
        score = np.array([scores[pair] for pair in batch_pairs], np.uint8)
        result = prefilter(batch, score, per_request=top_k.per_request, floor=top_k.floor if per_volunteer else None)
        top_k.add(result, *(key_of(*pairs[:2]) for pairs in (result.for_requests, result.for_volunteers)))
    volunteer_idx, rows, keys, average = top_k.columns()
    assert set(zip(volunteer_idx.tolist(), rows.tolist(), strict=True)) == expected
    assert len(volunteer_idx) == len(expected)
    assert keys.tolist() == [key[pair] for pair in zip(volunteer_idx.tolist(), rows.tolist(), strict=True)]
    assert average.tolist() == (volunteer_idx + rows).tolist()
    for side, numbers, best_pruned in (
        (1, per_request, top_k.best_pruned),
        (0, [per_volunteer] * 6, top_k.best_pruned_by_volunteer),
    ):
        pruned_scores = [
            sorted((s for p, s in scores.items() if p[side] == group), reverse=True)[number:]
            for group, number in enumerate(numbers)
        ]
        assert (
            best_pruned is None
            if not numbers[0]
            else best_pruned.tolist() == [max(batch_pairs, default=-1) for batch_pairs in pruned_scores]
        )
    assert top_k.eligible_count.tolist() == [sum(p[1] == group for p in key) for group in range(6)]


def test_the_tie_break_favours_no_volunteer_everywhere() -> None:
    ids = np.arange(1, 101)
    winners = [int(tie_break(ids, request, seed=5).argmax()) for request in range(1, 2001)]
    assert np.bincount(winners, minlength=100).max() < 45  # of 20 each
    assert len(set(winners)) == 100
    assert tie_break(ids, 3, seed=5).tolist() == tie_break(ids, np.full(100, 3), seed=5).tolist()
    assert tie_break(ids, 3, seed=5).tolist() != tie_break(ids, 3, seed=6).tolist()
    assert int(tie_break(ids, 3, seed=5).max()) < 2**32


def volunteers_with(app: Any, **columns: Any) -> VolunteerArrays:
    volunteers = volunteer_arrays(draw_world(build_index(), len(columns["free_minutes"]), 5))
    return dataclasses.replace(volunteers, **{name: np.array(values, np.int32) for name, values in columns.items()})


def edges_of(pairs: Any, people: int, requests: int) -> CandidateEdges:
    columns = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    none = np.zeros(len(columns), np.int32)
    return CandidateEdges(
        columns[:, 0], columns[:, 1], none, none, np.zeros(requests), np.zeros(requests), np.zeros(people)
    )


@pytest.mark.parametrize("seed", range(30))
def test_any_allowed_number_of_kept_requests_fits_into_the_free_hours(app: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = rng.integers(1, 6, 5).astype(np.int32) * 30
    volunteers = volunteers_with(
        app, free_minutes=rng.integers(1, 12, 6) * 30, capacity_left=rng.integers(1, 5, 6), waiting=rng.integers(0, 2, 6),
        proposed=np.zeros(6), waiting_minutes=rng.integers(0, 3, 6) * 30,
    )  # fmt: skip
    remaining_minutes = volunteers.free_minutes - volunteers.waiting_minutes
    pairs = {(v, r) for v in range(6) for r in range(5) if minutes[r] <= remaining_minutes[v] and rng.random() < 0.8}
    limit = int(rng.integers(1, 4))
    allowed = allowances(volunteers, edges_of(pairs, 6, 5), minutes, per_volunteer=limit)
    for v in range(6):
        assert allowed[v] <= min(limit, max(0, volunteers.capacity_left[v] - volunteers.waiting[v]))
        minutes_of_volunteer = [int(minutes[r]) for other, r in pairs if other == v]
        for chosen_minutes in itertools.combinations(
            minutes_of_volunteer, min(int(allowed[v]), len(minutes_of_volunteer))
        ):
            assert not chosen_minutes or sum(chosen_minutes) <= remaining_minutes[v]


def test_open_proposals_count_against_the_limit(app: Any) -> None:
    volunteers = volunteers_with(app, free_minutes=[600, 600], capacity_left=[3, 3], waiting=[1, 0], proposed=[1, 0])
    edges = edges_of({(0, 0), (0, 1), (1, 0), (1, 1)}, 2, 2)
    assert allowances(volunteers, edges, np.array([60, 60], np.int32), per_volunteer=2).tolist() == [1, 2]
    assert allowances(volunteers, edges, np.array([60, 60], np.int32), per_volunteer=1).tolist() == [0, 1]


def test_open_matches_count_against_the_free_seats(app: Any) -> None:
    requests, free_minutes = request_facts(draw_world(build_index(), 5, 3))
    seats = {request.id: n for n, request in enumerate(requests, 1)}
    assert list(free_minutes) == [request.id for request in requests]
    assert count_proposals_to_make(requests, seats, {requests[2].id: 1}, per_seat=1).tolist() == [1, 2, 2]
    assert count_proposals_to_make(requests, seats, {requests[0].id: 3}, per_seat=2).tolist() == [0, 4, 6]
