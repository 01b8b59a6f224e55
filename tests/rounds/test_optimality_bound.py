"""Duals prove each optimum, and no choice exceeds the bound on what pruning costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.instances import Instance, make_instance
from tests.support.pairs import SmallInstance, best_by_enumeration, count_loads, small_instances
from volunteer_hub.rounds.solver.assignment import MAX_INT64, assign
from volunteer_hub.rounds.solver.duals import PriceSide, solve_duals
from volunteer_hub.rounds.solver.optimality_bound import OptimalityBound, PrunedEdges, bound_optimum

BOTH_OBJECTIVES = pytest.mark.parametrize("fill_first", [True, False], ids=["fill first", "score alone"])
BOTH_DUALS = pytest.mark.parametrize("high", ["people", "seats"])
NOTHING_PRUNED = PrunedEdges([-1])


@BOTH_DUALS
@BOTH_OBJECTIVES
@given(small=small_instances())
def test_duals_add_up_to_the_optimum(fill_first: bool, high: PriceSide, small: SmallInstance) -> None:
    volunteer, request, score, capacity, seats = small.arguments
    mask = assign(*small.arguments, fill_first=fill_first)
    duals = solve_duals(*small.arguments, mask, fill_first=fill_first, high=high)
    slack = duals.slack(volunteer, request, score)
    assert min(duals.u.min(), duals.w.min()) >= 0
    assert capacity @ duals.u + seats @ duals.w + slack[slack > 0].sum() == (score + duals.fill_bonus)[mask].sum()
    places_used, seats_used = count_loads(small, mask)
    assert not duals.u[places_used < capacity].any()
    assert not duals.w[seats_used < seats].any()


@BOTH_OBJECTIVES
@given(small=small_instances(), data=st.data())
def test_only_an_optimal_choice_has_duals(fill_first: bool, small: SmallInstance, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.booleans(), min_size=len(small.rows), max_size=len(small.rows)))
    mask = np.array(rows, dtype=np.bool_)
    places_used, seats_used = count_loads(small, mask)
    if (places_used > small.capacity).any() or (seats_used > small.seats).any():
        message = "more than"
    elif (int(mask.sum()) * fill_first, int(small.arguments[2][mask].sum())) == best_by_enumeration(
        small, fill_first=fill_first
    ):
        assert solve_duals(*small.arguments, mask, fill_first=fill_first).u.min() >= 0
        return
    else:
        message = "not the best"
    with pytest.raises(ValueError, match=message):
        solve_duals(*small.arguments, mask, fill_first=fill_first)


@given(small=small_instances())
def test_high_duals_are_the_highest(small: SmallInstance) -> None:
    mask = assign(*small.arguments)
    people, seats = (solve_duals(*small.arguments, mask, high=high) for high in ("people", "seats"))
    assert (people.u >= seats.u)[np.array(small.capacity) > 0].all()
    assert (people.w <= seats.w)[np.array(small.seats) > 0].all()


def best_pruned_scores(
    volunteer: Any, request: Any, score: Any, sizes: tuple[int, int], left: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best score pruned at each request and of each volunteer."""
    of_request, of_volunteer = np.full(sizes[1], -1), np.full(sizes[0], -1)
    np.maximum.at(of_request, request[left], score[left])
    np.maximum.at(of_volunteer, volunteer[left], score[left])
    return of_request, of_volunteer


def compute_all_bounds(full: tuple[Any, ...], keep: NDArray[np.bool_], *, fill_first: bool) -> list[OptimalityBound]:
    """Return the bounds with more and more known of the pruned pairs."""
    volunteer, request, score, capacity, seats = full
    kept_columns = volunteer[keep], request[keep], score[keep], capacity, seats
    mask = assign(*kept_columns, fill_first=fill_first)
    of_request, of_volunteer = best_pruned_scores(volunteer, request, score, (len(capacity), len(seats)), ~keep)
    duals = solve_duals(*kept_columns, mask, fill_first=fill_first)
    max_slack = np.zeros(len(capacity), dtype=np.int64)
    np.maximum.at(max_slack, volunteer[~keep], duals.slack(volunteer[~keep], request[~keep], score[~keep]))
    known_of_pruned = [
        PrunedEdges(of_request),
        PrunedEdges(of_request, of_volunteer),
        PrunedEdges(of_request, of_volunteer, max_slack),
    ]
    return [bound_optimum(*kept_columns, mask, pruned, fill_first=fill_first) for pruned in known_of_pruned]


@BOTH_OBJECTIVES
@given(small=small_instances(), data=st.data())
def test_no_choice_over_all_pairs_exceeds_the_bound(
    fill_first: bool, small: SmallInstance, data: st.DataObject
) -> None:
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(small.rows), max_size=len(small.rows))), np.bool_)
    pairs, score = (
        best_by_enumeration(small, fill_first=True)
        if fill_first
        else (0, best_by_enumeration(small, fill_first=False)[1])
    )
    bounds = compute_all_bounds(small.arguments, keep, fill_first=fill_first)
    for bound in bounds:
        assert pairs <= bound.most_pairs
        assert score <= bound.most_score
    assert [bound.most_score for bound in bounds] == sorted((bound.most_score for bound in bounds), reverse=True)


@BOTH_OBJECTIVES
@given(small=small_instances())
def test_without_pruning_the_bound_is_the_optimum(fill_first: bool, small: SmallInstance) -> None:
    mask = assign(*small.arguments, fill_first=fill_first)
    bound = bound_optimum(*small.arguments, mask, PrunedEdges([-1] * len(small.seats)), fill_first=fill_first)
    assert (bound.score_gap, bound.share) == (0, 1.0)
    if fill_first and small.rows:
        assert bound.most_pairs == bound.pairs


def make_pruned_instance(volunteers: int, requests: int, keep: int, seed: int) -> tuple[Instance, NDArray[np.bool_]]:
    """Return an instance with all its pairs, and flags of those that pruning keeps."""
    full, pruned_instance = (
        make_instance(volunteers, requests, keep=None, seed=seed),
        make_instance(volunteers, requests, keep=keep, seed=seed),
    )
    mask = np.isin(
        full.volunteer * requests + full.request, pruned_instance.volunteer * requests + pruned_instance.request
    )
    assert np.array_equal(
        best_pruned_scores(*full.columns[:3], (volunteers, requests), ~mask)[0], pruned_instance.dropped_of_request
    )
    assert np.array_equal(
        best_pruned_scores(*full.columns[:3], (volunteers, requests), ~mask)[1], pruned_instance.dropped_of_volunteer
    )
    return full, mask


@BOTH_OBJECTIVES
@pytest.mark.parametrize(("volunteers", "requests", "keep"), [(200, 60, 8), (300, 300, 10), (60, 200, 5)])
def test_larger_instances_stay_under_the_bound(volunteers: int, requests: int, keep: int, fill_first: bool) -> None:
    for seed in range(4):
        full, is_kept = make_pruned_instance(volunteers, requests, keep, seed)
        mask = assign(*full.columns, fill_first=fill_first)
        for bound in compute_all_bounds(full.columns, is_kept, fill_first=fill_first):
            assert bound.score <= full.score[mask].sum() <= bound.most_score
            assert mask.sum() <= bound.most_pairs


def test_fifty_pairs_per_request_suffice_where_seats_are_scarce() -> None:
    instance = make_instance(4000, 2000)
    bound = bound_optimum(*instance.columns, assign(*instance.columns), PrunedEdges(instance.dropped_of_request))
    assert (instance.dropped_of_request >= 0).mean() > 0.5
    assert bound.most_pairs == bound.pairs
    assert bound.share >= 0.999


def test_slack_of_pruned_pairs_tightens_the_bound_where_volunteers_are_scarce() -> None:
    full, is_kept = make_pruned_instance(1000, 1000, 50, 1)
    by_request, with_volunteers, with_slack = compute_all_bounds(full.columns, is_kept, fill_first=False)
    assert by_request.share < 0.9 < 0.98 < with_volunteers.share
    assert with_slack.share > 0.997
    optimum = int(full.score[assign(*full.columns, fill_first=False)].sum())
    assert with_slack.score < optimum <= with_slack.most_score


def test_filling_first_bounds_the_pairs_where_volunteers_are_scarce() -> None:
    full, is_kept = make_pruned_instance(1000, 1000, 50, 1)
    max_pairs = int(assign(*full.columns).sum())
    assert [
        bound.most_pairs - max_pairs for bound in compute_all_bounds(full.columns, is_kept, fill_first=True)[1:]
    ] == [0, 0]


@BOTH_OBJECTIVES
def test_closed_sides_and_no_pairs_have_a_bound(fill_first: bool) -> None:
    for limits in (([0], [1]), ([1], [0])):
        bound = bound_optimum([0], [0], [5], *limits, [False], PrunedEdges([7], [7]), fill_first=fill_first)
        assert (bound.pairs, bound.score, bound.most_pairs) == (0, 0, 0)
    empty = bound_optimum([], [], [], [], [], np.zeros(0, np.bool_), PrunedEdges([], []), fill_first=fill_first)
    assert (empty.most_pairs, empty.score_gap, empty.share) == (0, 0, 1.0)
    unseen = bound_optimum([], [], [], [1], [1], [], PrunedEdges([7]), fill_first=fill_first)
    assert (unseen.most_pairs, unseen.most_score, unseen.share) == (1, 7, 0.0)


def test_limits_may_be_as_high_as_int64() -> None:
    bound = bound_optimum([0], [0], [5], [MAX_INT64], [MAX_INT64], [True], PrunedEdges([3]))
    assert bound.most_score >= 5


MASK = np.array([True])
INVALID_ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    ({"chosen": [1]}, "must be a mask"),
    ({"chosen": [True, False]}, "must be a mask"),
    ({"chosen": [False]}, "not the best"),
    ({"score": [-1]}, "must not be negative"),
    ({"score": [MAX_INT64 // 4]}, "would not fit in 64 bits"),
    ({"dropped": PrunedEdges([1, 2])}, "of_request must have one entry a request, 1, but has the shape"),
    ({"dropped": PrunedEdges([1.0])}, "of_request must hold whole numbers, not values of the type float64"),
    ({"dropped": PrunedEdges([MAX_INT64])}, "of_request holds 9223372036854775807: sums would not fit"),
    ({"dropped": PrunedEdges([1], [])}, "of_volunteer must have one entry a volunteer"),
    ({"dropped": PrunedEdges([1], max_slack=[[1]])}, "rest must have one entry a volunteer"),
]


@pytest.mark.parametrize(
    ("change", "message"), INVALID_ARGUMENTS, ids=[message for _change, message in INVALID_ARGUMENTS]
)
def test_invalid_arguments_are_refused_with_a_message(change: dict[str, Any], message: str) -> None:
    arguments = {
        "volunteer": [0],
        "request": [0],
        "score": [5],
        "capacity": [1],
        "seats": [1],
        "chosen": MASK,
        "dropped": NOTHING_PRUNED,
    }
    assert bound_optimum(**arguments).score_gap == 0
    with pytest.raises(ValueError, match=message):
        bound_optimum(**arguments | change)


def test_scores_that_overflow_with_the_bonus_are_refused() -> None:
    side = np.arange(9)
    arguments = side, side, np.full(9, MAX_INT64 // 500), np.ones(9, int), np.ones(9, int)
    mask = assign(*arguments)
    assert solve_duals(*arguments, mask, fill_first=False).fill_bonus == 0
    with pytest.raises(ValueError, match="too high to be priced"):
        solve_duals(*arguments, mask)
