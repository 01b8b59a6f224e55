"""Which pairs a round chooses among: the best of each request and of each volunteer, whatever the order; and the limits."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from tests.matching.engine_world import odd_world
from volunteer_hub.fit.rules import FIRST_WEIGHTS, PriorOutcome
from volunteer_hub.matching.engine.evaluator import Evaluator, PairBatch
from volunteer_hub.matching.engine.loading import build_index, load_requests, load_volunteers
from volunteer_hub.matching.engine.volunteer_arrays import VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    CandidateEdges,
    allowances,
    count_open_seats,
    keep_best,
    make_evaluator,
    tie_break,
)
from volunteer_hub.rounds.engine.top_k import TopK, prefilter


def judge_of(people: VolunteerArrays) -> Evaluator:
    return make_evaluator(people, today=TODAY, weights=FIRST_WEIGHTS)


def pairs_of(people: VolunteerArrays, requests: Any, edges: CandidateEdges) -> set[tuple[int, int, int]]:
    return {
        (int(people.ids[who]), requests[what].id, int(score))
        for who, what, score in zip(edges.volunteer, edges.request, edges.score, strict=True)
    }


def reordered(people: VolunteerArrays, order: Any) -> VolunteerArrays:
    moved = {}
    for field in dataclasses.fields(people):
        value = getattr(people, field.name)
        if isinstance(value, np.ndarray):
            moved[field.name] = value[..., order]
    return dataclasses.replace(people, **moved)


def test_the_order_of_people_and_of_requests_does_not_matter(app: Any) -> None:
    world = draw_world(build_index(), 400, 60)
    people, (requests, _free) = volunteer_arrays(world), request_facts(world)
    first = keep_best(judge_of(people), requests, seed=7, per_request=5, per_volunteer=2)
    order = np.random.default_rng(3).permutation(len(people))
    other, turned = reordered(people, order), requests[::-1]
    again = keep_best(judge_of(other), turned, seed=7, per_request=5, per_volunteer=2)
    assert len(first) > 100
    assert pairs_of(people, requests, first) == pairs_of(other, turned, again)
    assert first.best_pruned.tolist() == again.best_pruned.tolist()[::-1]
    assert first.best_pruned_by_volunteer[order].tolist() == again.best_pruned_by_volunteer.tolist()
    another_lot = keep_best(judge_of(people), requests, seed=8, per_request=5, per_volunteer=2)
    assert pairs_of(people, requests, first) != pairs_of(people, requests, another_lot)


def test_pairs_of_a_request_stand_together_the_best_first(app: Any) -> None:
    world = draw_world(build_index(), 400, 60)
    people, (requests, _free) = volunteer_arrays(world), request_facts(world)
    edges = keep_best(judge_of(people), requests, seed=1, per_request=5)
    for one, other in itertools.pairwise(zip(edges.request.tolist(), edges.score.tolist(), strict=True)):
        assert (one[0], -one[1]) <= (other[0], -other[1])


def test_a_round_asks_nobody_who_rests_is_busy_or_was_asked(app: Any) -> None:
    programme_id = odd_world(60, 40)
    people = load_volunteers(today=TODAY)
    requests, _free = load_requests(programme_id, today=TODAY)
    edges = keep_best(judge_of(people), requests, seed=1)
    assert len(edges)
    assert (people.in_cooldown | (people.waiting > 0)).any()
    who, what = edges.volunteer, edges.request
    assert people.ready[who].all()
    assert not people.in_cooldown[who].any()
    assert (people.capacity_left[who] > people.waiting[who]).all()
    minutes = np.array([one.weekly_minutes for one in requests])
    assert (minutes[what] <= people.free_minutes[who] - people.waiting_minutes[who]).all()
    for place, row in zip(who.tolist(), what.tolist(), strict=True):
        for how in PriorOutcome:
            assert place not in people.prior_matches.get((requests[row].id, how), ())


table = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(0, 9), max_size=36)


@settings(max_examples=200, deadline=None)
@given(table, st.lists(st.integers(1, 4), min_size=6, max_size=6), st.integers(0, 3), st.integers(1, 4), st.randoms())
def test_kept_are_the_best_of_each_request_and_of_each_volunteer(
    scores: Any, most: list[int], of_each: int, at_once: int, random: Any
) -> None:
    lots = dict(zip(scores, random.sample(range(1, 10_000), len(scores)), strict=True))
    key = {pair: score << 32 | lots[pair] for pair, score in scores.items()}
    wanted = set()
    for side, numbers in ((1, most), (0, [of_each] * 6)):
        for one, number in enumerate(numbers):
            wanted |= set(sorted((p for p in key if p[side] == one), key=key.__getitem__)[::-1][:number])
    kept = TopK(np.array(most), 6, per_volunteer=of_each)
    lot = np.vectorize(lambda who, what: key[who, what], otypes=[np.uint64])
    order = random.sample(range(6), 6)
    for start in range(0, 6, at_once):
        some = [pair for what in order[start : start + at_once] for pair in key if pair[1] == what]
        who, rows = np.array(some, np.int32).reshape(-1, 2).T
        batch = PairBatch(who, rows, who + rows, np.zeros_like(who))
        score = np.array([scores[pair] for pair in some], np.uint8)
        found = prefilter(batch, score, per_request=kept.per_request, floor=kept.floor if of_each else None)
        kept.add(found, *(lot(*pairs[:2]) for pairs in (found.for_requests, found.for_volunteers)))
    who, rows, keys, average = kept.columns()
    assert set(zip(who.tolist(), rows.tolist(), strict=True)) == wanted
    assert len(who) == len(wanted)
    assert keys.tolist() == [key[pair] for pair in zip(who.tolist(), rows.tolist(), strict=True)]
    assert average.tolist() == (who + rows).tolist()
    for side, numbers, dropped in ((1, most, kept.best_pruned), (0, [of_each] * 6, kept.best_pruned_by_volunteer)):
        behind = [
            sorted((s for p, s in scores.items() if p[side] == one), reverse=True)[number:]
            for one, number in enumerate(numbers)
        ]
        assert dropped is None if not numbers[0] else dropped.tolist() == [max(some, default=-1) for some in behind]
    assert kept.eligible_count.tolist() == [sum(p[1] == one for p in key) for one in range(6)]


def test_nobody_is_favoured_everywhere_by_lot() -> None:
    ids = np.arange(1, 101)
    winners = [int(tie_break(ids, request, seed=5).argmax()) for request in range(1, 2001)]
    assert np.bincount(winners, minlength=100).max() < 45  # of 20 each
    assert len(set(winners)) == 100
    assert tie_break(ids, 3, seed=5).tolist() == tie_break(ids, np.full(100, 3), seed=5).tolist()
    assert tie_break(ids, 3, seed=5).tolist() != tie_break(ids, 3, seed=6).tolist()
    assert int(tie_break(ids, 3, seed=5).max()) < 2**32


def people_with(app: Any, **columns: Any) -> VolunteerArrays:
    people = volunteer_arrays(draw_world(build_index(), len(columns["free"]), 5))
    return dataclasses.replace(people, **{name: np.array(values, np.int32) for name, values in columns.items()})


def edges_of(pairs: Any, people: int, requests: int) -> CandidateEdges:
    columns = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    none = np.zeros(len(columns), np.int32)
    return CandidateEdges(
        columns[:, 0], columns[:, 1], none, none, np.zeros(requests), np.zeros(requests), np.zeros(people)
    )


@pytest.mark.parametrize("seed", range(30))
def test_as_many_kept_requests_as_are_allowed_fit_into_the_free_hours(app: Any, seed: int) -> None:
    chance = np.random.default_rng(seed)
    minutes = chance.integers(1, 6, 5).astype(np.int32) * 30
    people = people_with(
        app, free=chance.integers(1, 12, 6) * 30, capacity_left=chance.integers(1, 5, 6), waiting=chance.integers(0, 2, 6),
        proposed=np.zeros(6), waiting_minutes=chance.integers(0, 3, 6) * 30,
    )  # fmt: skip
    left = people.free_minutes - people.waiting_minutes
    pairs = {(v, r) for v in range(6) for r in range(5) if minutes[r] <= left[v] and chance.random() < 0.8}
    limit = int(chance.integers(1, 4))
    room = allowances(people, edges_of(pairs, 6, 5), minutes, per_volunteer=limit)
    for v in range(6):
        assert room[v] <= min(limit, max(0, people.capacity_left[v] - people.waiting[v]))
        own = [int(minutes[r]) for w, r in pairs if w == v]
        for some in itertools.combinations(own, min(int(room[v]), len(own))):
            assert not some or sum(some) <= left[v]


def test_open_proposals_count_against_the_limit(app: Any) -> None:
    people = people_with(app, free=[600, 600], capacity_left=[3, 3], waiting=[1, 0], proposed=[1, 0])
    edges = edges_of({(0, 0), (0, 1), (1, 0), (1, 1)}, 2, 2)
    assert allowances(people, edges, np.array([60, 60], np.int32), per_volunteer=2).tolist() == [1, 2]
    assert allowances(people, edges, np.array([60, 60], np.int32), per_volunteer=1).tolist() == [0, 1]


def test_seats_for_which_people_wait_are_not_proposed_again(app: Any) -> None:
    requests, free = request_facts(draw_world(build_index(), 5, 3))
    seats = {one.id: n for n, one in enumerate(requests, 1)}
    assert list(free) == [one.id for one in requests]
    assert count_open_seats(requests, seats, {requests[2].id: 1}, per_seat=1).tolist() == [1, 2, 2]
    assert count_open_seats(requests, seats, {requests[0].id: 3}, per_seat=2).tolist() == [0, 4, 6]
