"""Greedy and deferred acceptance: what each promises, on small instances."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.instances import make_instance
from tests.support.pairs import SmallInstance, best_by_enumeration, is_within_limits, small_instances
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.greedy import gale_shapley, greedy

BOTH_ALGORITHMS = pytest.mark.parametrize("algorithm", [greedy, gale_shapley])
LIKINGS = st.lists(st.integers(0, 5), min_size=16, max_size=16)


def greedy_by_list(small: SmallInstance) -> set[tuple[int, int, int]]:
    """Return the pairs that greedy takes, computed with plain lists."""
    places_left, seats_left, chosen = list(small.capacity), list(small.seats), set()
    for volunteer, request, score in sorted(small.rows, key=lambda row: (-row[2], row[0], row[1])):
        if places_left[volunteer] and seats_left[request]:
            places_left[volunteer] -= 1
            seats_left[request] -= 1
            chosen.add((volunteer, request, score))
    return chosen


@given(small=small_instances())
def test_greedy_takes_pairs_by_descending_score(small: SmallInstance) -> None:
    mask = greedy(*small.arguments)
    assert small.of(mask) == greedy_by_list(small)
    assert is_within_limits(small, mask)
    assert int(small.arguments[2][mask].sum()) <= best_by_enumeration(small, fill_first=False)[1]


@given(small=small_instances(), likings=LIKINGS)
def test_deferred_acceptance_is_stable(small: SmallInstance, likings: list[int]) -> None:
    likings = likings[: len(small.rows)]
    mask = gale_shapley(*small.arguments, liking=likings)
    assert is_within_limits(small, mask)
    preference_of = [(-liking, request) for liking, (_person, request, _score) in zip(likings, small.rows, strict=True)]
    rank_of = [(-score, volunteer) for volunteer, _wanted, score in small.rows]
    chosen_rows = set(compress(range(len(mask)), mask.tolist()))
    for row, (volunteer, request, _score) in enumerate(small.rows):
        if row not in chosen_rows:
            of_volunteer = [preference_of[other] for other in chosen_rows if small.rows[other][0] == volunteer]
            of_request = [rank_of[other] for other in chosen_rows if small.rows[other][1] == request]
            volunteer_prefers = len(of_volunteer) < small.capacity[volunteer] or (
                small.capacity[volunteer] and max(of_volunteer) > preference_of[row]
            )
            request_prefers = len(of_request) < small.seats[request] or (
                small.seats[request] and max(of_request) > rank_of[row]
            )
            assert not (volunteer_prefers and request_prefers)


@given(small=small_instances())
def test_with_equal_preferences_the_stable_result_is_greedy(small: SmallInstance) -> None:
    assert np.array_equal(gale_shapley(*small.arguments), greedy(*small.arguments))


def test_the_stable_result_is_optimal_for_volunteers() -> None:
    volunteer, request, score, liking = [0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 2, 1], [2, 1, 1, 2]
    mask = gale_shapley(volunteer, request, score, [1, 1], [1, 1], liking=liking)
    assert mask.tolist() == [True, False, False, True]


@BOTH_ALGORITHMS
@given(small=small_instances(), chance=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(algorithm: Callable[..., Any], small: SmallInstance, chance: Any) -> None:
    shuffled = SmallInstance(chance.sample(small.rows, len(small.rows)), small.capacity, small.seats)
    assert shuffled.of(algorithm(*shuffled.arguments)) == small.of(algorithm(*small.arguments))


def test_likings_follow_their_rows() -> None:
    instance = make_instance(60, 60, seed=2)
    volunteer, request, score, capacity, seats = instance.columns
    liking = np.random.default_rng(4).integers(0, 9, len(score))
    mask = gale_shapley(volunteer, request, score, capacity, seats, liking=liking)
    order = np.random.default_rng(5).permutation(len(score))
    again = gale_shapley(volunteer[order], request[order], score[order], capacity, seats, liking=liking[order])
    assert np.array_equal(again, mask[order])


def test_greedy_is_worse_where_volunteers_are_scarce() -> None:
    instance = make_instance(1000, 1000)
    exact, greedy_choice = assign(*instance.columns), greedy(*instance.columns)
    assert greedy_choice.sum() < exact.sum()
    assert instance.score[greedy_choice].sum() < 0.97 * instance.score[exact].sum()


@BOTH_ALGORITHMS
def test_empty_and_narrow_arrays_are_accepted(algorithm: Callable[..., Any]) -> None:
    assert algorithm([], [], [], [], []).shape == (0,)
    assert algorithm([], [], [], [1], [2]).shape == (0,)
    small = np.array([0, 1], dtype=np.uint8)
    assert algorithm(small, small, np.array([255, 1], dtype=np.uint8), [1, 1], [1, 1]).all()


@BOTH_ALGORITHMS
def test_what_assign_refuses_is_refused(algorithm: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="paired twice"):
        algorithm([0, 0], [0, 0], [1, 1], [1], [1])


@pytest.mark.parametrize(("liking", "message"), [([1], "one entry a pair"), ([1.5, 2], "whole numbers")])
def test_invalid_likings_are_refused(liking: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gale_shapley([0, 1], [0, 0], [1, 1], [1, 1], [1], liking=liking)
