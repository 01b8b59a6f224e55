"""Which weights can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.matching.pairs import any_weights
from volunteer_hub.core.errors import DomainError
from volunteer_hub.fit.rules import FIRST, WEIGHTS, Factor, Weights
from volunteer_hub.fit.rules.weights import check


def moved(taken: Factor, given_to: Factor, points: int) -> dict[Factor, int]:
    return {**WEIGHTS, taken: WEIGHTS[taken] - points, given_to: WEIGHTS[given_to] + points}


def test_the_first_version_is_valid_and_puts_language_before_all() -> None:
    check(WEIGHTS)
    assert FIRST[Factor.LANGUAGE] == max(WEIGHTS.values())


@given(any_weights())
def test_weights_that_are_drawn_for_tests_are_valid(weights: Weights) -> None:
    check(weights.points)


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ({factor: n for factor, n in WEIGHTS.items() if factor is not Factor.GOALS}, Factor.GOALS),
        (moved(Factor.GOALS, Factor.SKILLS, 5), Factor.GOALS),
        (WEIGHTS | {Factor.SKILLS: 23}, Factor.LANGUAGE),
        (WEIGHTS | {Factor.SKILLS: 21}, Factor.LANGUAGE),
        (moved(Factor.LANGUAGE, Factor.EXPERIENCE, 10), Factor.LANGUAGE),
    ],
)
def test_weights_that_cannot_be_meant_are_refused_at_their_field(points: dict[Factor, int], field: Factor) -> None:
    with pytest.raises(DomainError) as refused:
        check(points)
    assert refused.value.field == field.value


def test_language_may_weigh_as_much_as_experience() -> None:
    check(moved(Factor.LANGUAGE, Factor.EXPERIENCE, 9))
