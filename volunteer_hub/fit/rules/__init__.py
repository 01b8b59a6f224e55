"""How well a volunteer fits a request: names, facts, calendars, shares, weights, the fit. Plain values in, value out.

Sources: domain.md (objects 2 to 4), field.md 1.1 (what hosts found effective) and 1.5 (what may be done
remotely), trust.md (data-sharing agreement). docs/matching.md explains the model to a coordinator.
"""

from __future__ import annotations

from volunteer_hub.fit.rules.evaluation import (
    LIVE_SHARE_MINUTES,
    Closed,
    Contribution,
    Fit,
    common_minutes,
    fit,
    recomputed,
)
from volunteer_hub.fit.rules.facts import Before, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import PRIVATE, Bar, Factor, Gate, Past
from volunteer_hub.fit.rules.weights import FIRST, WEIGHTS, Weights

__all__ = [
    "FIRST",
    "LIVE_SHARE_MINUTES",
    "PRIVATE",
    "WEIGHTS",
    "Bar",
    "Before",
    "Closed",
    "Contribution",
    "Factor",
    "Fit",
    "Gate",
    "Past",
    "RequestFacts",
    "VolunteerFacts",
    "Weights",
    "common_minutes",
    "fit",
    "recomputed",
]
