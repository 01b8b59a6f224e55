"""Which weights can be meant."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.matching.pairs import any_weights
from volunteer_hub.core.errors import DomainError
from volunteer_hub.fit.rules import FIRST_POINTS, FIRST_WEIGHTS, Factor, Weights
from volunteer_hub.fit.rules.weights import validate


def moved(taken: Factor, given_to: Factor, points: int) -> dict[Factor, int]:
    return {**FIRST_POINTS, taken: FIRST_POINTS[taken] - points, given_to: FIRST_POINTS[given_to] + points}


def test_the_first_version_is_valid_and_puts_language_before_all() -> None:
    validate(FIRST_POINTS)
    assert FIRST_WEIGHTS[Factor.LANGUAGE] == max(FIRST_POINTS.values())


@given(any_weights())
def test_weights_that_are_drawn_for_tests_are_valid(weights: Weights) -> None:
    validate(weights.points)


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ({factor: n for factor, n in FIRST_POINTS.items() if factor is not Factor.GOALS}, Factor.GOALS),
        (moved(Factor.GOALS, Factor.SKILLS, 5), Factor.GOALS),
        (FIRST_POINTS | {Factor.SKILLS: 23}, Factor.LANGUAGE),
        (FIRST_POINTS | {Factor.SKILLS: 21}, Factor.LANGUAGE),
        (moved(Factor.LANGUAGE, Factor.EXPERIENCE, 10), Factor.LANGUAGE),
    ],
)
def test_weights_that_cannot_be_meant_are_refused_at_their_field(points: dict[Factor, int], field: Factor) -> None:
    with pytest.raises(DomainError) as refused:
        validate(points)
    assert refused.value.field == field.value


def test_language_may_weigh_as_much_as_experience() -> None:
    validate(moved(Factor.LANGUAGE, Factor.EXPERIENCE, 9))
