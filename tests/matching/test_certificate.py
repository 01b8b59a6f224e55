"""Prices prove each optimum, and the bound on what dropping pairs costs is never passed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.instances import Instance, make_instance
from tests.support.pairs import SmallInstance, best_by_enumeration, count_loads, small_instances
from volunteer_hub.rounds.solver.assignment import MAX_INT64, assign
from volunteer_hub.rounds.solver.duals import PriceSide, solve_duals
from volunteer_hub.rounds.solver.optimality_bound import OptimalityBound, PrunedEdges, bound_optimum

BOTH = pytest.mark.parametrize("fill_first", [True, False], ids=["fill first", "score alone"])
EITHER = pytest.mark.parametrize("high", ["people", "seats"])
NONE = PrunedEdges([-1])


@EITHER
@BOTH
@given(small=small_instances())
def test_prices_add_up_to_the_optimum(fill_first: bool, high: PriceSide, small: SmallInstance) -> None:
    volunteer, request, score, capacity, seats = small.arguments
    mask = assign(*small.arguments, fill_first=fill_first)
    found = solve_duals(*small.arguments, mask, fill_first=fill_first, high=high)
    rest = found.slack(volunteer, request, score)
    assert min(found.u.min(), found.w.min()) >= 0
    assert capacity @ found.u + seats @ found.w + rest[rest > 0].sum() == (score + found.fill_bonus)[mask].sum()
    people, asked = count_loads(small, mask)
    assert not found.u[people < capacity].any()
    assert not found.w[asked < seats].any()


@BOTH
@given(small=small_instances(), data=st.data())
def test_only_the_best_choice_has_prices(fill_first: bool, small: SmallInstance, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.booleans(), min_size=len(small.rows), max_size=len(small.rows)))
    mask = np.array(rows, dtype=np.bool_)
    people, asked = count_loads(small, mask)
    if (people > small.capacity).any() or (asked > small.seats).any():
        words = "more than"
    elif (int(mask.sum()) * fill_first, int(small.arguments[2][mask].sum())) == best_by_enumeration(
        small, fill_first=fill_first
    ):
        assert solve_duals(*small.arguments, mask, fill_first=fill_first).u.min() >= 0
        return
    else:
        words = "not the best"
    with pytest.raises(ValueError, match=words):
        solve_duals(*small.arguments, mask, fill_first=fill_first)


@given(small=small_instances())
def test_prices_are_as_high_as_their_name_says(small: SmallInstance) -> None:
    mask = assign(*small.arguments)
    people, seats = (solve_duals(*small.arguments, mask, high=high) for high in ("people", "seats"))
    assert (people.u >= seats.u)[np.array(small.capacity) > 0].all()
    assert (people.w <= seats.w)[np.array(small.seats) > 0].all()


def known(
    volunteer: Any, request: Any, score: Any, sizes: tuple[int, int], left: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best score left out at each request and of each volunteer."""
    of_request, of_volunteer = np.full(sizes[1], -1), np.full(sizes[0], -1)
    np.maximum.at(of_request, request[left], score[left])
    np.maximum.at(of_volunteer, volunteer[left], score[left])
    return of_request, of_volunteer


def every_bound(full: tuple[Any, ...], keep: NDArray[np.bool_], *, fill_first: bool) -> list[OptimalityBound]:
    """The bound with each more that may be known of what was dropped."""
    volunteer, request, score, capacity, seats = full
    kept = volunteer[keep], request[keep], score[keep], capacity, seats
    mask = assign(*kept, fill_first=fill_first)
    of_request, of_volunteer = known(volunteer, request, score, (len(capacity), len(seats)), ~keep)
    found = solve_duals(*kept, mask, fill_first=fill_first)
    rest = np.zeros(len(capacity), dtype=np.int64)
    np.maximum.at(rest, volunteer[~keep], found.slack(volunteer[~keep], request[~keep], score[~keep]))
    ways = [PrunedEdges(of_request), PrunedEdges(of_request, of_volunteer), PrunedEdges(of_request, of_volunteer, rest)]
    return [bound_optimum(*kept, mask, way, fill_first=fill_first) for way in ways]


@BOTH
@given(small=small_instances(), data=st.data())
def test_no_choice_over_all_pairs_passes_the_bound(fill_first: bool, small: SmallInstance, data: st.DataObject) -> None:
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(small.rows), max_size=len(small.rows))), np.bool_)
    pairs, score = (
        best_by_enumeration(small, fill_first=True)
        if fill_first
        else (0, best_by_enumeration(small, fill_first=False)[1])
    )
    bounds = every_bound(small.arguments, keep, fill_first=fill_first)
    for one in bounds:
        assert pairs <= one.most_pairs
        assert score <= one.most_score
    assert [one.most_score for one in bounds] == sorted((one.most_score for one in bounds), reverse=True)


@BOTH
@given(small=small_instances())
def test_nothing_dropped_nothing_lost(fill_first: bool, small: SmallInstance) -> None:
    mask = assign(*small.arguments, fill_first=fill_first)
    whole = bound_optimum(*small.arguments, mask, PrunedEdges([-1] * len(small.seats)), fill_first=fill_first)
    assert (whole.score_gap, whole.share) == (0, 1.0)
    if fill_first and small.rows:
        assert whole.most_pairs == whole.pairs


def kept_and_all(volunteers: int, requests: int, keep: int, seed: int) -> tuple[Instance, NDArray[np.bool_]]:
    """An instance with all its pairs, and which of them are among the best."""
    full, kept = (
        make_instance(volunteers, requests, keep=None, seed=seed),
        make_instance(volunteers, requests, keep=keep, seed=seed),
    )
    mask = np.isin(full.volunteer * requests + full.request, kept.volunteer * requests + kept.request)
    assert np.array_equal(known(*full.columns[:3], (volunteers, requests), ~mask)[0], kept.dropped_of_request)
    assert np.array_equal(known(*full.columns[:3], (volunteers, requests), ~mask)[1], kept.dropped_of_volunteer)
    return full, mask


@BOTH
@pytest.mark.parametrize(("volunteers", "requests", "keep"), [(200, 60, 8), (300, 300, 10), (60, 200, 5)])
def test_larger_choices_stay_under_the_bound(volunteers: int, requests: int, keep: int, fill_first: bool) -> None:
    for seed in range(4):
        full, kept = kept_and_all(volunteers, requests, keep, seed)
        mask = assign(*full.columns, fill_first=fill_first)
        for one in every_bound(full.columns, kept, fill_first=fill_first):
            assert one.score <= full.score[mask].sum() <= one.most_score
            assert mask.sum() <= one.most_pairs


def test_fifty_a_request_are_proved_to_be_enough_where_seats_are_short() -> None:
    instance = make_instance(4000, 2000)
    one = bound_optimum(*instance.columns, assign(*instance.columns), PrunedEdges(instance.dropped_of_request))
    assert (instance.dropped_of_request >= 0).mean() > 0.5
    assert one.most_pairs == one.pairs
    assert one.share >= 0.999


def test_a_second_look_proves_nearly_as_much_where_people_are_short() -> None:
    full, kept = kept_and_all(1000, 1000, 50, 1)
    first, with_people, second_look = every_bound(full.columns, kept, fill_first=False)
    assert first.share < 0.9 < 0.98 < with_people.share
    assert second_look.share > 0.997
    optimum = int(full.score[assign(*full.columns, fill_first=False)].sum())
    assert second_look.score < optimum <= second_look.most_score


def test_filling_first_bounds_the_pairs_where_people_are_short() -> None:
    full, kept = kept_and_all(1000, 1000, 50, 1)
    most = int(assign(*full.columns).sum())
    assert [one.most_pairs - most for one in every_bound(full.columns, kept, fill_first=True)[1:]] == [0, 0]


@BOTH
def test_closed_sides_and_no_pairs_have_a_bound(fill_first: bool) -> None:
    for limits in (([0], [1]), ([1], [0])):
        one = bound_optimum([0], [0], [5], *limits, [False], PrunedEdges([7], [7]), fill_first=fill_first)
        assert (one.pairs, one.score, one.most_pairs) == (0, 0, 0)
    empty = bound_optimum([], [], [], [], [], np.zeros(0, np.bool_), PrunedEdges([], []), fill_first=fill_first)
    assert (empty.most_pairs, empty.score_gap, empty.share) == (0, 0, 1.0)
    unseen = bound_optimum([], [], [], [1], [1], [], PrunedEdges([7]), fill_first=fill_first)
    assert (unseen.most_pairs, unseen.most_score, unseen.share) == (1, 7, 0.0)


def test_limits_may_be_as_high_as_numbers_go() -> None:
    one = bound_optimum([0], [0], [5], [MAX_INT64], [MAX_INT64], [True], PrunedEdges([3]))
    assert one.most_score >= 5


MASK = np.array([True])
REFUSED: list[tuple[dict[str, Any], str]] = [
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


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _change, words in REFUSED])
def test_what_cannot_be_bounded_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    given = {
        "volunteer": [0],
        "request": [0],
        "score": [5],
        "capacity": [1],
        "seats": [1],
        "chosen": MASK,
        "dropped": NONE,
    }
    assert bound_optimum(**given).score_gap == 0
    with pytest.raises(ValueError, match=words):
        bound_optimum(**given | change)


def test_scores_that_a_lift_would_carry_too_far_are_refused() -> None:
    side = np.arange(9)
    arguments = side, side, np.full(9, MAX_INT64 // 500), np.ones(9, int), np.ones(9, int)
    mask = assign(*arguments)
    assert solve_duals(*arguments, mask, fill_first=False).fill_bonus == 0
    with pytest.raises(ValueError, match="too high to be priced"):
        solve_duals(*arguments, mask)
