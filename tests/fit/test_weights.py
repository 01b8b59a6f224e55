"""Which weights are valid."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.fit.pairs import any_weights
from volunteer_hub.core.errors import DomainError
from volunteer_hub.fit.rules import FIRST_POINTS, FIRST_WEIGHTS, Factor, Weights
from volunteer_hub.fit.rules.weights import validate


def move_points(source: Factor, target: Factor, points: int) -> dict[Factor, int]:
    return {**FIRST_POINTS, source: FIRST_POINTS[source] - points, target: FIRST_POINTS[target] + points}


def test_the_first_version_is_valid_and_puts_language_before_all() -> None:
    validate(FIRST_POINTS)
    assert FIRST_WEIGHTS[Factor.LANGUAGE] == max(FIRST_POINTS.values())


@given(any_weights())
def test_generated_weights_are_valid(weights: Weights) -> None:
    validate(weights.points)


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ({factor: n for factor, n in FIRST_POINTS.items() if factor is not Factor.GOALS}, Factor.GOALS),
        (move_points(Factor.GOALS, Factor.SKILLS, 5), Factor.GOALS),
        (FIRST_POINTS | {Factor.SKILLS: 23}, Factor.LANGUAGE),
        (FIRST_POINTS | {Factor.SKILLS: 21}, Factor.LANGUAGE),
        (move_points(Factor.LANGUAGE, Factor.EXPERIENCE, 10), Factor.LANGUAGE),
    ],
)
def test_invalid_weights_are_refused_at_their_field(points: dict[Factor, int], field: Factor) -> None:
    with pytest.raises(DomainError) as refused:
        validate(points)
    assert refused.value.field == field.value


def test_language_may_weigh_as_much_as_experience() -> None:
    validate(move_points(Factor.LANGUAGE, Factor.EXPERIENCE, 9))
