"""The pages of open requests, matches, exclusions, overrides, weights and explanations."""

from volunteer_hub.matching.views import exclusions, explanations, matches, overrides, requests, weights
from volunteer_hub.matching.views.base import bp

__all__ = ["bp", "exclusions", "explanations", "matches", "overrides", "requests", "weights"]
