"""The exact assignment: compared with every subset and with another solver; input validation."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from tests.support.instances import Instance, make_instance
from tests.support.pairs import SmallInstance, best_by_enumeration, is_within_limits, small_instances
from volunteer_hub.rounds.solver.assignment import MAX_INT64, MAX_NODES, MAX_SCORE, assign

BOTH_OBJECTIVES = pytest.mark.parametrize("fill_first", [True, False], ids=["fill first", "score alone"])


def assign_and_check(small: SmallInstance, *, fill_first: bool) -> tuple[int, int]:
    """Return (pairs, score) of the choice of `assign`, after checking the limits."""
    mask = assign(*small.arguments, fill_first=fill_first)
    assert is_within_limits(small, mask)
    return int(mask.sum()) * fill_first, int(small.arguments[2][mask].sum())


@BOTH_OBJECTIVES
@given(small=small_instances())
def test_no_subset_is_better(fill_first: bool, small: SmallInstance) -> None:
    assert assign_and_check(small, fill_first=fill_first) == best_by_enumeration(small, fill_first=fill_first)


@BOTH_OBJECTIVES
def test_every_two_by_two_instance_is_optimal(fill_first: bool) -> None:
    pairs = list(itertools.product(range(2), range(2)))
    for scores in itertools.product((None, 0, 1, 3), repeat=4):
        rows = [(*pair, score) for pair, score in zip(pairs, scores, strict=True) if score is not None]
        for limits in itertools.product((0, 1, 2), (1, 2), (0, 1, 2), (1,)):
            small = SmallInstance(rows, list(limits[:2]), list(limits[2:]))
            assert assign_and_check(small, fill_first=fill_first) == best_by_enumeration(
                small, fill_first=fill_first
            ), small


@BOTH_OBJECTIVES
@given(small=small_instances(), chance=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(fill_first: bool, small: SmallInstance, chance: Any) -> None:
    shuffled = SmallInstance(chance.sample(small.rows, len(small.rows)), small.capacity, small.seats)
    first = small.of(assign(*small.arguments, fill_first=fill_first))
    assert shuffled.of(assign(*shuffled.arguments, fill_first=fill_first)) == first


@BOTH_OBJECTIVES
def test_large_instances_repeat_in_any_order(fill_first: bool) -> None:
    instance = make_instance(300, 200, seed=3)
    mask = assign(*instance.columns, fill_first=fill_first)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(mask))
        volunteer, request, score = (column[order] for column in instance.columns[:3])
        again = assign(volunteer, request, score, instance.capacity, instance.seats, fill_first=fill_first)
        assert np.array_equal(again, mask[order])


def solve_linear_programme(instance: Instance, *, fill_first: bool) -> tuple[int, int]:
    """Return (pairs, score) by HiGHS: two linear programmes in sequence, without a bonus on the scores."""
    volunteer, request, score, capacity, seats = instance.columns
    ones, column = np.ones(len(score)), np.arange(len(score))
    limits = vstack([
        coo_array((ones, (volunteer, column)), shape=(len(capacity), len(score))),
        coo_array((ones, (request, column)), shape=(len(seats), len(score))),
    ])  # fmt: skip
    common: dict[str, Any] = {"A_ub": limits, "b_ub": np.concatenate([capacity, seats]), "bounds": (0, 1)}
    if fill_first:
        max_pairs = round(-linprog(-ones, method="highs", **common).fun)
        common |= {"A_eq": ones[None, :], "b_eq": [max_pairs]}
    result = linprog(-score.astype(float), method="highs", **common)
    return round(result.x.sum()) * fill_first, round(-result.fun)


@BOTH_OBJECTIVES
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("volunteers", "requests"), [(25, 40), (150, 60), (60, 150), (300, 300)])
def test_another_solver_agrees(volunteers: int, requests: int, seed: int, fill_first: bool) -> None:
    instance = make_instance(volunteers, requests, keep=12, seed=seed)
    mask = assign(*instance.columns, fill_first=fill_first)
    assert (int(mask.sum()) * fill_first, int(instance.score[mask].sum())) == solve_linear_programme(
        instance, fill_first=fill_first
    )


def test_filling_first_trades_score_for_a_seat() -> None:
    volunteer, request, score = [0, 0, 1], [0, 1, 0], [100, 0, 1]
    assert assign(volunteer, request, score, [1, 1], [1, 1]).tolist() == [False, True, True]
    assert assign(volunteer, request, score, [1, 1], [1, 1], fill_first=False).tolist() == [True, False, False]


def test_no_volunteer_takes_two_seats_of_one_request() -> None:
    assert assign([0, 1], [0, 0], [9, 1], [2, 2], [2]).tolist() == [True, True]
    assert assign([0], [0], [9], [2], [2]).tolist() == [True]


def test_pairs_of_score_zero_are_chosen_only_to_fill() -> None:
    assert assign([0], [0], [0], [1], [1]).tolist() == [True]
    assert assign([0], [0], [0], [1], [1], fill_first=False).tolist() == [False]


@BOTH_OBJECTIVES
@pytest.mark.parametrize(("capacity", "seats"), [([], []), ([1], []), ([], [1]), ([1, 2], [3])])
def test_no_pairs_give_an_empty_mask(capacity: list[int], seats: list[int], fill_first: bool) -> None:
    for nothing in ([], (), np.array([]), np.array([], dtype=np.uint8)):
        mask = assign(nothing, nothing, nothing, capacity, seats, fill_first=fill_first)
        assert mask.shape == (0,)
        assert mask.dtype == np.bool_


@BOTH_OBJECTIVES
def test_closed_sides_give_no_pairs(fill_first: bool) -> None:
    assert not assign([0, 1], [0, 0], [5, 5], [0, 0], [3], fill_first=fill_first).any()
    assert not assign([0, 1], [0, 0], [5, 5], [1, 1], [0], fill_first=fill_first).any()


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4"])
def test_integers_of_any_kind_give_the_same(kind: str) -> None:
    instance = make_instance(100, 100, seed=5)
    narrow = [column.astype(kind) for column in instance.columns]
    assert np.array_equal(assign(*narrow), assign(*instance.columns))
    assert np.array_equal(assign(*narrow, fill_first=False), assign(*instance.columns, fill_first=False))


def test_small_unsigned_numbers_do_not_wrap() -> None:
    volunteers = np.repeat(np.arange(200, dtype=np.uint8), 200)
    requests = np.tile(np.arange(200, dtype=np.uint8), 200)
    mask = assign(
        volunteers, requests, np.full(40_000, 255, np.uint8), np.full(200, 255, np.uint8), np.full(200, 255, np.uint8)
    )
    assert mask.all()


@BOTH_OBJECTIVES
def test_lists_are_accepted_and_arguments_are_not_changed(fill_first: bool) -> None:
    columns = [np.array(values) for values in ([1, 0], [0, 0], [3, 4], [1, 1], [1])]
    before = [column.copy() for column in columns]
    mask = assign(*columns, fill_first=fill_first)
    assert all(np.array_equal(now, then) for now, then in zip(columns, before, strict=True))
    assert (
        assign(*(column.tolist() for column in columns), fill_first=fill_first).tolist()
        == mask.tolist()
        == [False, True]
    )


def test_limits_may_be_as_high_as_int64() -> None:
    assert assign([0, 1], [0, 0], [1, 1], [MAX_INT64, MAX_INT64], [MAX_INT64]).all()
    assert assign([0, 1], [0, 0], [1, 1], [MAX_INT64, MAX_INT64], [MAX_INT64], fill_first=False).all()


@BOTH_OBJECTIVES
def test_highest_scores_that_fit_are_solved(fill_first: bool) -> None:
    high = MAX_SCORE // 7
    volunteer, request, score = [0, 0, 1, 1], [0, 1, 0, 1], [high, high - 1, high - 1, high - 3]
    assert assign(volunteer, request, score, [1, 1], [1, 1], fill_first=fill_first).tolist() == [
        False,
        True,
        True,
        False,
    ]


VALID_ARGUMENTS: dict[str, Any] = {
    "volunteer": [0, 1],
    "request": [0, 0],
    "score": [1, 2],
    "capacity": [1, 1],
    "seats": [1],
}
INVALID_ARGUMENTS: list[tuple[str, Any, str]] = [
    ("volunteer", [0], "one entry a pair, but have 1, 2 and 2"),
    ("request", [0, 0, 0], "one entry a pair, but have 2, 3 and 2"),
    ("score", [], "one entry a pair, but have 2, 2 and 0"),
    ("score", [[1, 2]], "score must have one dimension, not 2"),
    ("score", np.empty((0, 2), dtype=int), "score must have one dimension, not 2"),
    ("capacity", 3, "capacity must have one dimension, not 0"),
    ("seats", np.ones((1, 1), dtype=int), "seats must have one dimension, not 2"),
    ("score", [[1], [2, 3]], "score must be one list of whole numbers"),
    ("volunteer", [0, 2], "volunteer holds 2, but capacity has 2 entries"),
    ("request", [0, 1], "request holds 1, but seats has 1 entries"),
    ("volunteer", [0, -1], "volunteer must not be negative, but holds -1"),
    ("request", [-5, 0], "request must not be negative, but holds -5"),
    ("score", [1, -1], "score must not be negative"),
    ("capacity", [1, -1], "capacity must not be negative"),
    ("seats", [-1], "seats must not be negative"),
    ("score", [1.0, 2.0], "score must hold whole numbers of at most 64 bits, not values of the type float64"),
    ("score", np.array([1, np.nan]), "score must hold whole numbers"),
    ("score", [1, None], "score must hold whole numbers"),
    ("score", ["1", "2"], "score must hold whole numbers"),
    ("score", np.array([1, 2], dtype=object), "score must hold whole numbers"),
    ("score", [1, 1 << 70], "score must hold whole numbers of at most 64 bits"),
    ("score", np.array([1, 1 << 63], dtype=np.uint64), "more than 64 bits with a sign can hold"),
    ("score", [1, MAX_INT64], "would not fit in 64 bits"),
    ("seats", [True], "seats must hold whole numbers, not true and false"),
    ("capacity", [1, True], "capacity must hold whole numbers, not true and false"),
    ("capacity", np.array([True, True]), "capacity must hold whole numbers"),
    ("volunteer", np.array([1, 2], dtype="datetime64[s]"), "volunteer must hold whole numbers"),
    ("volunteer", [1, 1], "Volunteer 1 and request 0 are paired twice"),
    ("capacity", np.broadcast_to(np.int8(1), MAX_NODES + 1), "more than the 1073741823 that can be solved"),
]


@pytest.mark.parametrize(
    ("name", "value", "message"), INVALID_ARGUMENTS, ids=[f"{row[0]}: {row[2]}" for row in INVALID_ARGUMENTS]
)
def test_invalid_instances_are_refused_with_a_message(name: str, value: Any, message: str) -> None:
    assert assign(**VALID_ARGUMENTS).tolist() == [False, True]
    with pytest.raises(ValueError, match=message) as refused:
        assign(**VALID_ARGUMENTS | {name: value})
    assert str(refused.value).endswith(".")


def test_pairs_far_apart_that_come_twice_are_found() -> None:
    with pytest.raises(ValueError, match="Volunteer 0 and request 1 are paired twice"):
        assign([0, 1, 0], [1, 0, 1], [1, 2, 3], [2, 2], [2, 2])


def test_importing_costs_no_solver() -> None:
    code = "import sys, volunteer_hub.rounds.solver.optimality_bound, volunteer_hub.rounds.solver.greedy; print('ortools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
