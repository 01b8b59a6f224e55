"""Where people are plenty few pairs go to the solver: what that costs is little, and bounded."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.all_pairs_optimum import optimum
from benchmarks.matching_data import TODAY, draw_world
from benchmarks.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.rounds.engine import candidate_edges
from volunteer_hub.rounds.engine.candidate_edges import CandidateEdges, candidate_limits, prune
from volunteer_hub.rounds.engine.planning import plan
from volunteer_hub.rounds.rules import MAX_CANDIDATES_CONTESTED, MIN_CANDIDATES, RoundParameters
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum

SETTINGS = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=4)
ALL = dataclasses.replace(SETTINGS, max_candidates=None)


@pytest.mark.parametrize("fill_first", [True, False])
@pytest.mark.parametrize(("volunteers", "requests"), [(3000, 500), (4000, 900)])
def test_narrowing_costs_a_thousandth_at_most_and_less_than_the_bound_says(
    app: Any, volunteers: int, requests: int, fill_first: bool
) -> None:
    world = draw_world(build_index(), volunteers, requests)
    people, (asked, free) = volunteer_arrays(world), request_facts(world)
    one, every = (
        plan(people, asked, free, {}, dataclasses.replace(how, fill_first=fill_first)).figures
        for how in (SETTINGS, ALL)
    )
    assert one.kept < 0.6 * every.kept == 0.6 * every.pairs
    assert one.filled >= 0.999 * every.filled
    assert one.score >= 0.999 * every.score
    assert every.score <= one.most_score
    assert every.filled <= one.most_filled


def test_people_who_can_do_nothing_do_not_make_people_plenty(app: Any) -> None:
    """Three of four have no skill that anybody asks for: those who have are short, whatever the numbers say."""
    world = draw_world(build_index(), 6000, 900, seed=5)
    people, (asked, free) = volunteer_arrays(world), request_facts(world)
    people.capacity_left[:] = 1
    people.levels[:, 1500:] = 0
    one, every = (plan(people, asked, free, {}, how).figures for how in (SETTINGS, ALL))
    assert one.kept < every.kept
    assert one.filled >= 0.999 * every.filled
    assert one.score >= 0.998 * every.score


@pytest.mark.parametrize(("volunteers", "requests"), [(1500, 200), (400, 400)])
def test_the_optimum_over_all_pairs_is_found_from_a_few(app: Any, volunteers: int, requests: int) -> None:
    """The benchmark's yardstick, by prices, is what solving all pairs gives."""
    world = draw_world(build_index(), volunteers, requests)
    people, (asked, free) = volunteer_arrays(world), request_facts(world)
    every = plan(people, asked, free, {}, ALL).figures
    assert optimum(people, asked, free, {}, SETTINGS, most=2) == (every.filled, every.score)


def edges_of(rows: list[list[int]]) -> CandidateEdges:
    """Of each request the scores by volunteer, none for -1."""
    pairs = sorted((what, -score, who) for what, row in enumerate(rows) for who, score in enumerate(row) if score >= 0)
    what, less, who = np.array(pairs, np.int32).reshape(-1, 3).T
    found = np.bincount(what, minlength=len(rows)).astype(np.int32)
    return CandidateEdges(who, what, -less, who + what, found, np.full(len(rows), -1, np.int32), None)


def test_those_who_compete_keep_all_and_others_few() -> None:
    # Five requests want the same fifteen people best; another forty could take any of them. The sixth has its own.
    rival = [90 - n for n in range(15)] + [60] * 40 + [-1] * 50
    alone = [-1] * 55 + [80 - n for n in range(50)]
    seats = np.array([4, 4, 4, 4, 4, 4])
    found = prune(edges_of([rival] * 5 + [alone]), np.ones(105, np.int64), seats)
    kept = np.bincount(found.request).tolist()
    assert kept[-1] == MIN_CANDIDATES
    assert found.best_pruned.tolist()[-1] == 80 - MIN_CANDIDATES
    assert kept.count(55) >= 2  # whoever comes last in a quick choice
    assert [found.best_pruned[n] for n in range(5) if kept[n] == 55] == [-1] * kept.count(55)
    assert assign(found.volunteer, found.request, found.score, np.ones(105, np.int64), seats).sum() == 24


def test_a_request_with_many_seats_keeps_enough_for_each() -> None:
    seats = np.array([1, 20, 100])
    assert candidate_limits(5000, seats).tolist() == [MAX_CANDIDATES_CONTESTED, 100, 500]
    assert candidate_limits(750_000, seats).tolist() == [500, 500, 500]
    rows = [[50 + (n + what) % 40 for n in range(600)] for what in range(3)]
    found = prune(edges_of(rows), np.ones(600, np.int64), seats)
    assert (np.bincount(found.request) >= 3 * seats).all()
    assert assign(found.volunteer, found.request, found.score, np.ones(600, np.int64), seats).sum() == 121


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 9), min_size=8, max_size=8), min_size=1, max_size=6),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.booleans(),
)
def test_no_choice_over_all_pairs_passes_the_bound_of_the_narrowed(
    rows: list[list[int]], capacity: list[int], seats: list[int], fill_first: bool
) -> None:
    edges, room, free = edges_of(rows), np.array(capacity), np.array(seats[: len(rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidate_edges, "MIN_CANDIDATES_TRIAL", 1)
        patch.setattr(candidate_edges, "MIN_CANDIDATES", 2)
        few = prune(edges, room, np.minimum(free, 1))
    columns, part = ((one.volunteer, one.request, one.score) for one in (edges, few))
    assert {*zip(*part, strict=True)} <= {*zip(*columns, strict=True)}
    whole = assign(*columns, room, free, fill_first=fill_first)
    chosen = assign(*part, room, free, fill_first=fill_first)
    most = bound_optimum(*part, room, free, chosen, PrunedEdges(few.best_pruned), fill_first=fill_first)
    assert whole.sum() <= most.most_pairs or not fill_first
    if not fill_first or whole.sum() == chosen.sum():
        assert edges.score[whole].sum() <= most.most_score
