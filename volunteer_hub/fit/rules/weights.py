"""Weights of the factors: whole points that add up to 100, in versions, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.fit.rules.names import Factor

F = Factor
FIRST_POINTS: Mapping[Factor, int] = {
    F.LANGUAGE: 24,
    F.SKILLS: 22,
    F.OVERLAP: 14,
    F.SPECIALTY: 8,
    F.HOURS: 6,
    F.DURATION: 6,
    F.EXPERIENCE: 6,
    F.GOALS: 4,
    F.URGENCY: 4,
    F.WAITING: 2,
    F.FAIRNESS: 4,
}
"""Points of the first version. Language weighs most, then skills: see `validate` for the source."""
TOTAL_POINTS = 100


@dataclass(frozen=True)
class Weights:
    """One version of the weights: points by factor."""

    version: int = 1
    points: Mapping[Factor, int] = field(default_factory=lambda: FIRST_POINTS)

    def __getitem__(self, factor: Factor) -> int:
        return self.points[factor]


FIRST_WEIGHTS = Weights()


def validate(points: Mapping[Factor, int]) -> None:
    """Check new weights: every factor once, none below 0, 100 together. Raises DomainError.

    Language may not weigh less than experience: of all that the study asked about, it explained most of what hosts
    found effective (288 host organisations in 68 countries, Globalization and Health, s12992-018-0329-x).
    """
    missing = [factor for factor in Factor if factor not in points]
    if missing:
        raise DomainError(
            _("Give every factor its points; 0 leaves it out."), field=missing[0].value, code="factor_without_points"
        )
    for factor in Factor:
        if points[factor] < 0:
            raise DomainError(_("Points cannot be below 0."), field=factor.value, code="points_negative")
    if sum(points.values()) != TOTAL_POINTS:
        raise DomainError(
            _(
                "The points make %(sum)s together; they must make %(total)s.",
                sum=sum(points.values()),
                total=TOTAL_POINTS,
            ),
            field=F.LANGUAGE.value,
            code="points_total_wrong",
        )
    if points[F.LANGUAGE] < points[F.EXPERIENCE]:
        raise DomainError(
            _("Language cannot weigh less than experience: hosts found it the strongest sign of effective help."),
            field=F.LANGUAGE.value,
            code="language_below_experience",
        )
