"""The pages of rounds, of their results and of a programme's settings."""

from volunteer_hub.rounds.views import results, rounds, settings
from volunteer_hub.rounds.views.base import bp

__all__ = ["bp", "results", "rounds", "settings"]
