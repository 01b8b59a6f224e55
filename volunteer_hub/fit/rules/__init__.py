"""Pure rules of fit: facts, calendars, shares, weights and the evaluation. Plain values in, plain values out.

Language is weighted first because 288 host organisations in 68 countries found it the strongest sign of effective
help (Globalization and Health, s12992-018-0329-x). docs/matching.md explains the
model to a coordinator.
"""

from __future__ import annotations

from volunteer_hub.fit.rules.evaluation import (
    MIN_LIVE_MINUTES_PER_WEEK,
    Contribution,
    FailedGate,
    Fit,
    evaluate,
    measure_common_time,
    recompute_score,
)
from volunteer_hub.fit.rules.facts import PriorMatch, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import CONFIDENTIAL_GATES, Factor, Gate, PriorOutcome, RestrictionKind
from volunteer_hub.fit.rules.weights import FIRST_POINTS, FIRST_WEIGHTS, Weights

__all__ = [
    "CONFIDENTIAL_GATES",
    "FIRST_POINTS",
    "FIRST_WEIGHTS",
    "MIN_LIVE_MINUTES_PER_WEEK",
    "Contribution",
    "Factor",
    "FailedGate",
    "Fit",
    "Gate",
    "PriorMatch",
    "PriorOutcome",
    "RequestFacts",
    "RestrictionKind",
    "VolunteerFacts",
    "Weights",
    "evaluate",
    "measure_common_time",
    "recompute_score",
]
