"""Greedy and deferred acceptance: what each promises, on small instances."""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.instances import make_instance
from tests.support.pairs import SmallInstance, best_by_enumeration, is_within_limits, small_instances
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.greedy import gale_shapley, greedy

BOTH = pytest.mark.parametrize("way", [greedy, gale_shapley])
LIKINGS = st.lists(st.integers(0, 5), min_size=16, max_size=16)


def by_hand(small: SmallInstance) -> set[tuple[int, int, int]]:
    """The list worked off from the top."""
    room, free, taken = list(small.capacity), list(small.seats), set()
    for person, wanted, score in sorted(small.rows, key=lambda row: (-row[2], row[0], row[1])):
        if room[person] and free[wanted]:
            room[person] -= 1
            free[wanted] -= 1
            taken.add((person, wanted, score))
    return taken


@given(small=small_instances())
def test_greedy_works_the_list_off(small: SmallInstance) -> None:
    mask = greedy(*small.arguments)
    assert small.of(mask) == by_hand(small)
    assert is_within_limits(small, mask)
    assert int(small.arguments[2][mask].sum()) <= best_by_enumeration(small, fill_first=False)[1]


@given(small=small_instances(), likings=LIKINGS)
def test_deferred_acceptance_leaves_no_two_who_would_rather(small: SmallInstance, likings: list[int]) -> None:
    likings = likings[: len(small.rows)]
    mask = gale_shapley(*small.arguments, liking=likings)
    assert is_within_limits(small, mask)
    liked = [(-like, wanted) for like, (_person, wanted, _score) in zip(likings, small.rows, strict=True)]
    ranked = [(-score, person) for person, _wanted, score in small.rows]
    held = set(compress(range(len(mask)), mask.tolist()))
    for row, (person, wanted, _score) in enumerate(small.rows):
        if row not in held:
            persons = [liked[other] for other in held if small.rows[other][0] == person]
            requests = [ranked[other] for other in held if small.rows[other][1] == wanted]
            keen = len(persons) < small.capacity[person] or (small.capacity[person] and max(persons) > liked[row])
            open_ = len(requests) < small.seats[wanted] or (small.seats[wanted] and max(requests) > ranked[row])
            assert not (keen and open_)


@given(small=small_instances())
def test_one_score_for_both_sides_leaves_one_stable_result(small: SmallInstance) -> None:
    assert np.array_equal(gale_shapley(*small.arguments), greedy(*small.arguments))


def test_volunteers_get_the_stable_result_that_they_like_best() -> None:
    volunteer, request, score, liking = [0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 2, 1], [2, 1, 1, 2]
    mask = gale_shapley(volunteer, request, score, [1, 1], [1, 1], liking=liking)
    assert mask.tolist() == [True, False, False, True]


@BOTH
@given(small=small_instances(), chance=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(way: Callable[..., Any], small: SmallInstance, chance: Any) -> None:
    shuffled = SmallInstance(chance.sample(small.rows, len(small.rows)), small.capacity, small.seats)
    assert shuffled.of(way(*shuffled.arguments)) == small.of(way(*small.arguments))


def test_likings_follow_their_rows() -> None:
    instance = make_instance(60, 60, seed=2)
    volunteer, request, score, capacity, seats = instance.columns
    liking = np.random.default_rng(4).integers(0, 9, len(score))
    mask = gale_shapley(volunteer, request, score, capacity, seats, liking=liking)
    order = np.random.default_rng(5).permutation(len(score))
    again = gale_shapley(volunteer[order], request[order], score[order], capacity, seats, liking=liking[order])
    assert np.array_equal(again, mask[order])


def test_greedy_loses_where_people_are_short() -> None:
    instance = make_instance(1000, 1000)
    exact, simple = assign(*instance.columns), greedy(*instance.columns)
    assert simple.sum() < exact.sum()
    assert instance.score[simple].sum() < 0.97 * instance.score[exact].sum()


@BOTH
def test_empty_and_narrow_numbers_do(way: Callable[..., Any]) -> None:
    assert way([], [], [], [], []).shape == (0,)
    assert way([], [], [], [1], [2]).shape == (0,)
    small = np.array([0, 1], dtype=np.uint8)
    assert way(small, small, np.array([255, 1], dtype=np.uint8), [1, 1], [1, 1]).all()


@BOTH
def test_what_assign_refuses_is_refused(way: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="paired twice"):
        way([0, 0], [0, 0], [1, 1], [1], [1])


@pytest.mark.parametrize(("liking", "words"), [([1], "one entry a pair"), ([1.5, 2], "whole numbers")])
def test_likings_that_are_none_are_refused(liking: list[Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gale_shapley([0, 1], [0, 0], [1, 1], [1, 1], [1], liking=liking)
