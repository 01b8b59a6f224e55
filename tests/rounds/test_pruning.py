"""With plentiful volunteers few pairs go to the solver: the loss is small, and bounded."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.all_pairs_optimum import optimum
from tests.support.matching_data import TODAY, draw_world
from tests.support.matching_tables import request_facts, volunteer_arrays
from volunteer_hub.fit.rules import FIRST_WEIGHTS
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.rounds.engine import candidate_edges
from volunteer_hub.rounds.engine.candidate_edges import CandidateEdges, candidate_limits, prune
from volunteer_hub.rounds.engine.planning import plan
from volunteer_hub.rounds.rules import KEPT_IF_PLENTIFUL, KEPT_OF_CONTESTED, RoundParameters
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum

PARAMETERS = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=4)
UNPRUNED = dataclasses.replace(PARAMETERS, max_candidates=None)


@pytest.mark.parametrize("fill_first", [True, False])
@pytest.mark.parametrize(("volunteers", "requests"), [(3000, 500), (4000, 900)])
def test_pruning_costs_at_most_a_thousandth_and_less_than_the_bound(
    app: Any, volunteers: int, requests: int, fill_first: bool
) -> None:
    world = draw_world(build_index(), volunteers, requests)
    volunteers, (requests, free) = volunteer_arrays(world), request_facts(world)
    pruned, full = (
        plan(volunteers, requests, free, {}, dataclasses.replace(parameters, fill_first=fill_first)).figures
        for parameters in (PARAMETERS, UNPRUNED)
    )
    assert pruned.kept < 0.6 * full.kept == 0.6 * full.pairs
    assert pruned.filled >= 0.999 * full.filled
    assert pruned.score >= 0.999 * full.score
    assert full.score <= pruned.most_score
    assert full.filled <= pruned.most_filled


def test_volunteers_without_candidates_do_not_count_as_supply(app: Any) -> None:
    """Three of four volunteers have no requested skill: the others are scarce, whatever the totals say."""
    world = draw_world(build_index(), 6000, 900, seed=5)
    volunteers, (requests, free) = volunteer_arrays(world), request_facts(world)
    volunteers.capacity_left[:] = 1
    volunteers.levels[:, 1500:] = 0
    pruned, full = (plan(volunteers, requests, free, {}, parameters).figures for parameters in (PARAMETERS, UNPRUNED))
    assert pruned.kept < full.kept
    assert pruned.filled >= 0.999 * full.filled
    assert pruned.score >= 0.998 * full.score


@pytest.mark.parametrize(("volunteers", "requests"), [(1500, 200), (400, 400)])
def test_the_unpruned_choiceover_all_pairs_is_found_by_column_generation(
    app: Any, volunteers: int, requests: int
) -> None:
    """The benchmark's reference optimum, found by dual prices, equals solving all pairs."""
    world = draw_world(build_index(), volunteers, requests)
    volunteers, (requests, free) = volunteer_arrays(world), request_facts(world)
    full = plan(volunteers, requests, free, {}, UNPRUNED).figures
    assert optimum(volunteers, requests, free, {}, PARAMETERS, most=2) == (full.filled, full.score)


def edges_of(rows: list[list[int]]) -> CandidateEdges:
    """Return edges from scores by request and volunteer; -1 means no edge."""
    pairs = sorted(
        (request, -score, volunteer)
        for request, row in enumerate(rows)
        for volunteer, score in enumerate(row)
        if score >= 0
    )
    request, negative_score, volunteer = np.array(pairs, np.int32).reshape(-1, 3).T
    eligible_count = np.bincount(request, minlength=len(rows)).astype(np.int32)
    return CandidateEdges(
        volunteer, request, -negative_score, volunteer + request, eligible_count, np.full(len(rows), -1, np.int32), None
    )


def test_contested_requests_keep_all_pairs_and_others_few() -> None:
    # Five requests rank the same fifteen volunteers highest; another forty could take any of them. The sixth has its own.
    contested_scores = [90 - n for n in range(15)] + [60] * 40 + [-1] * 50
    uncontested_scores = [-1] * 55 + [80 - n for n in range(50)]
    seats = np.array([4, 4, 4, 4, 4, 4])
    pruned = prune(edges_of([contested_scores] * 5 + [uncontested_scores]), np.ones(105, np.int64), seats)
    kept_counts = np.bincount(pruned.request).tolist()
    assert kept_counts[-1] == KEPT_IF_PLENTIFUL
    assert pruned.best_pruned.tolist()[-1] == 80 - KEPT_IF_PLENTIFUL
    assert kept_counts.count(55) >= 2  # those that the greedy trial leaves short
    assert [pruned.best_pruned[n] for n in range(5) if kept_counts[n] == 55] == [-1] * kept_counts.count(55)
    assert assign(pruned.volunteer, pruned.request, pruned.score, np.ones(105, np.int64), seats).sum() == 24


def test_a_request_with_many_seats_keeps_enough_pairs_per_seat() -> None:
    seats = np.array([1, 20, 100])
    assert candidate_limits(5000, seats).tolist() == [KEPT_OF_CONTESTED, 100, 500]
    assert candidate_limits(750_000, seats).tolist() == [500, 500, 500]
    rows = [[50 + (n + request) % 40 for n in range(600)] for request in range(3)]
    pruned = prune(edges_of(rows), np.ones(600, np.int64), seats)
    assert (np.bincount(pruned.request) >= 3 * seats).all()
    assert assign(pruned.volunteer, pruned.request, pruned.score, np.ones(600, np.int64), seats).sum() == 121


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 9), min_size=8, max_size=8), min_size=1, max_size=6),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.booleans(),
)
def test_no_choice_over_all_pairs_exceeds_the_bound_after_pruning(
    rows: list[list[int]], capacity: list[int], seats: list[int], fill_first: bool
) -> None:
    edges, capacities, free = edges_of(rows), np.array(capacity), np.array(seats[: len(rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidate_edges, "KEPT_IN_TRIAL", 1)
        patch.setattr(candidate_edges, "KEPT_IF_PLENTIFUL", 2)
        pruned = prune(edges, capacities, np.minimum(free, 1))
    columns, pruned_columns = ((edge_set.volunteer, edge_set.request, edge_set.score) for edge_set in (edges, pruned))
    assert {*zip(*pruned_columns, strict=True)} <= {*zip(*columns, strict=True)}
    unpruned_choice = assign(*columns, capacities, free, fill_first=fill_first)
    chosen = assign(*pruned_columns, capacities, free, fill_first=fill_first)
    bound = bound_optimum(
        *pruned_columns, capacities, free, chosen, PrunedEdges(pruned.best_pruned), fill_first=fill_first
    )
    assert unpruned_choice.sum() <= bound.most_pairs or not fill_first
    if not fill_first or unpruned_choice.sum() == chosen.sum():
        assert edges.score[unpruned_choice].sum() <= bound.most_score
