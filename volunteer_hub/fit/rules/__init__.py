"""How well a volunteer fits a request: names, facts, calendars, shares, weights, the fit. Plain values in, value out.

Sources: domain.md (objects 2 to 4), field.md 1.1 (what hosts found effective) and 1.5 (what may be done
remotely), trust.md (data-sharing agreement). docs/matching.md explains the model to a coordinator.
"""

from __future__ import annotations

from volunteer_hub.fit.rules.evaluation import (
    LIVE_SHARE_MINUTES,
    Contribution,
    FailedGate,
    Fit,
    common_minutes,
    evaluate,
    recompute_score,
)
from volunteer_hub.fit.rules.facts import PriorMatch, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import CONFIDENTIAL_GATES, Factor, Gate, PriorOutcome, RestrictionKind
from volunteer_hub.fit.rules.weights import FIRST_POINTS, FIRST_WEIGHTS, Weights

__all__ = [
    "CONFIDENTIAL_GATES",
    "FIRST_POINTS",
    "FIRST_WEIGHTS",
    "LIVE_SHARE_MINUTES",
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
    "common_minutes",
    "evaluate",
    "recompute_score",
]
